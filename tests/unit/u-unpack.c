// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-unpack.c - attack the host with archives from a guest (labs/base/tar.c and unpack.c)
 *
 * Builds hostile archives in memory and checks that unpacking changes nothing but the folder that
 * it was given. The last part damages valid archives at random, so the sanitizers see the reader
 * with every kind of broken field. An argument multiplies the number of damaged archives.
 *
 * This file is longer than 500 lines because all parts use the same builder of archives.
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/files.h"
#include "base/unpack.h"
#include "scratch.h"

enum { BLOCK = 512 };

static unsigned char archive[1 << 20];
static size_t archive_size;

/* ---- building archives ------------------------------------------------------------------ */

static void begin(void)
{
	archive_size = 0;
}

static void sum_put(unsigned char *block)
{
	unsigned int sum = 0;

	memset(block + 148, ' ', 8);
	for (int i = 0; i < BLOCK; i++)
		sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
}

static unsigned char *block_new(void)
{
	unsigned char *block = archive + archive_size;

	memset(block, 0, BLOCK);
	archive_size += BLOCK;
	return block;
}

static void data_put(const void *data, size_t size)
{
	memset(archive + archive_size, 0, (size + BLOCK - 1) / BLOCK * BLOCK);
	memcpy(archive + archive_size, data, size);
	archive_size += (size + BLOCK - 1) / BLOCK * BLOCK;
}

static unsigned char *head_put(char type, const char *name, const char *link, size_t size,
			       unsigned int mode)
{
	unsigned char *block = block_new();

	memcpy(block, name, strnlen(name, 100));
	snprintf((char *)block + 100, 8, "%07o", mode);
	snprintf((char *)block + 108, 8, "%07o", 0);
	snprintf((char *)block + 116, 8, "%07o", 0);
	snprintf((char *)block + 124, 12, "%011zo", size);
	snprintf((char *)block + 136, 12, "%011o", 1000000000);
	block[156] = type;
	memcpy(block + 157, link, strnlen(link, 100));
	memcpy(block + 257, "ustar\00000", 8);
	sum_put(block);
	return block;
}

static void file_put(const char *name, const char *text, unsigned int mode)
{
	head_put('0', name, "", strlen(text), mode);
	data_put(text, strlen(text));
}

static void folder_put(const char *name)
{
	head_put('5', name, "", 0, 0755);
}

/* A pax header; @records is complete, with the lengths. */
static void pax_put(const char *records)
{
	head_put('x', "pax", "", strlen(records), 0644);
	data_put(records, strlen(records));
}

static void end(void)
{
	block_new();
	block_new();
}

/* ---- unpacking ---------------------------------------------------------------------------- */

static struct unpack result;
static char *reason;

/* Unpacks the archive into the new folder `in`. */
static int unpack_options(const struct unpack *options)
{
	int fd = memfd_create("archive", 0), dir, error;

	tree_remove("in");
	if (mkdir("in", 0700) || write(fd, archive, archive_size) != (ssize_t)archive_size)
		bail("scratch folder");
	lseek(fd, 0, SEEK_SET);
	dir = open("in", O_RDONLY | O_DIRECTORY);
	result = *options;
	free(reason);
	reason = NULL;
	error = unpack_tar(fd, dir, &result, &reason);
	close(dir);
	close(fd);
	return error;
}

static int unpack_name(const char *name)
{
	return unpack_options(&(struct unpack){ .name = name, .size_max = 1 << 20,
		.nr_max = 1000 });
}

static unsigned int mode_of(const char *path)
{
	struct stat status;

	return lstat(path, &status) ? 0 : status.st_mode;
}

static bool holds(const char *path, const char *text)
{
	char *found;
	size_t size;
	bool same;

	if (file_read(path, &found, &size))
		return false;
	same = size == strlen(text) && !memcmp(found, text, size);
	free(found);
	return same;
}

/* Counts the entries of the scratch folder, which no archive may change. */
static int nr_outside(void)
{
	DIR *dir = opendir(".");
	int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

/* ---- what is accepted ----------------------------------------------------------------------- */

static void accepted(void)
{
	struct stat status;
	char text[300];

	begin();
	folder_put("d/");
	file_put("d/f", "text", 0754);
	head_put('2', "d/s", "f", 0, 0777);
	folder_put("./d//sub");
	head_put('2', "d/sub/up", "../f", 0, 0777);
	head_put('1', "d/sub/hard", "d/f", 0, 0754);
	end();
	umask(022);
	ok(!unpack_name("d") && holds("in/d/f", "text"), "a folder with a file is unpacked");
	ok(mode_of("in/d/f") == (S_IFREG | 0754) && mode_of("in/d") == (S_IFDIR | 0755),
	   "permissions are kept");
	ok(!lstat("in/d", &status) && status.st_mtime == 1000000000, "dates of folders are kept");
	ok(holds("in/d/s", "text") && holds("in/d/sub/up", "text") && !result.nr_links,
	   "links that stay inside the folder are kept");
	ok(!stat("in/d/sub/hard", &status) && status.st_nlink == 2, "a hard link is kept");
	umask(077);
	ok(!unpack_name("d") && mode_of("in/d/f") == (S_IFREG | 0700), "the umask applies");
	umask(022);

	memset(text, 'n', 200);
	text[200] = '\0';
	begin();
	head_put('L', "././@LongLink", "", 201, 0644);
	data_put(text, 201);
	file_put("short", "a", 0644);
	end();
	ok(!unpack_name(text) && result.nr_entries == 1,
	   "a long name of GNU tar is accepted");
	begin();
	pax_put("14 path=pname\n22 SCHILY.xattr.user.a=b\n");
	file_put("short", "a", 0644);
	end();
	ok(unpack_name("pname") == -EINVAL && strstr(reason, "malformed pax"),
	   "a pax record with a wrong length is refused");
	begin();
	pax_put("14 path=pname\n30 mtime=1234567890.123456789\n25 SCHILY.xattr.user.a=b\n");
	file_put("short", "a", 0644);
	end();
	ok(!unpack_name("pname") && !lstat("in/pname", &status) && status.st_mtime == 1234567890,
	   "the path and the date of a pax header are accepted");
}

static void sparse(void)
{
	const struct unpack options = { .sparse = true, .size_max = 1 << 20, .nr_max = 10 };
	struct stat status;
	unsigned char *head;

	for (int bad = 0; bad < 4; bad++) {
		begin();
		head = head_put('S', "disk", "", 8, 0600);
		memcpy(head + 257, "ustar  ", 8);
		memset(head + 345, 0, 167);
		snprintf((char *)head + 386, 12, "%011o", bad == 1 ? 01000000 : 4096);
		snprintf((char *)head + 398, 12, "%011o", bad == 2 ? 9 : 8);
		snprintf((char *)head + 483, 12, "%011o", 65536);
		sum_put(head);
		data_put("abcdefgh", 8);
		end();
		if (bad == 3)
			ok(unpack_name(NULL) == -EINVAL,
			   "a sparse file is refused unless the caller accepts it");
		else if (bad)
			ok(unpack_options(&options) == -EINVAL,
			   "sparse file: data beyond the end or of another size is refused");
		else
			ok(!unpack_options(&options) && !stat("in/disk", &status) &&
			   status.st_size == 65536, "a sparse file of GNU tar is unpacked");
	}
	begin();
	head = head_put('S', "disk", "", 8, 0600);
	memcpy(head + 257, "ustar  ", 8);
	memset(head + 345, 0, 167);
	for (int i = 0; i < 2; i++) {
		snprintf((char *)head + 386 + 24 * i, 12, "%011o", 4096 - 2 * i);
		snprintf((char *)head + 398 + 24 * i, 12, "%011o", 4);
	}
	snprintf((char *)head + 483, 12, "%011o", 65536);
	sum_put(head);
	data_put("abcdefgh", 8);
	end();
	ok(unpack_options(&options) == -EINVAL, "sparse file: overlapping parts are refused");
}

/* ---- attacks --------------------------------------------------------------------------------- */

static void refused(const char *title, const char *name)
{
	int before, error;

	mkdir("in", 0700);
	before = nr_outside();
	end();
	error = unpack_name(name);
	ok(error == -EINVAL && nr_outside() == before, "%s is refused (%s)", title,
	   reason ? reason : "accepted");
}

static void paths(void)
{
	static const char *const bad[] = {
		"/abs", "../up", "d/../../up", "d/..", "..", "/", "other", "dd", "d2/f", ".bashrc",
		".ssh/authorized_keys", "d/a\033[31m", "d/a\nb", "d/\302\233x", "d/\177",
	};
	char deep[BLOCK];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		begin();
		folder_put("d");
		file_put(bad[i], "evil", 0644);
		refused("a path outside of what was asked for or with control characters", "d");
	}
	begin();
	pax_put("13 path=../x\n");
	file_put("d", "evil", 0644);
	refused("a path with .. in a pax header", "d");
	begin();
	folder_put("d");
	pax_put("16 path=/tmp/xy\n");
	file_put("d/f", "evil", 0644);
	refused("an absolute path in a pax header", "d");
	begin();
	folder_put("d");
	for (int i = 0; i < 480; i++)
		deep[i] = i % 2 ? '/' : 'd';
	head_put('L', "l", "", 480, 0644);
	data_put(deep, 480);
	file_put("x", "evil", 0644);
	refused("a path of more than 200 folders", "d");
	begin();
	file_put("f", "one", 0644);
	file_put("f", "two", 0644);
	refused("a second file of the same path", "f");
	begin();
	file_put("d", "file", 0644);
	file_put("d/f", "below a file", 0644);
	end();
	ok(unpack_name("d") < 0 && holds("in/d", "file"),
	   "a file cannot take the place of a folder");
}

static void links(void)
{
	static const char *const targets[] = {
		"/etc/passwd", "/", "..", "../..", "../x", "f/..", "sub/../..", "sub/up/../../x",
		"",
		"\033]0;x",
	};
	static const char *const hard[] = {
		"/etc/passwd", "../victim", "victim", "d/none", "other/f",
	};
	char *text;
	size_t size;

	scratch_write_text("victim", "mine");
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		begin();
		folder_put("d");
		folder_put("d/sub");
		head_put('2', "d/sub/up", "..", 0, 0777);
		head_put('2', "d/link", targets[i], 0, 0777);
		end();
		ok(!unpack_name("d") && result.nr_links == 1 && !mode_of("in/d/link"),
		   "a link to '%s' is left out", i == 9 ? "an escape sequence" : targets[i]);
	}
	begin();
	head_put('2', "d", "victim", 0, 0777);
	end();
	ok(!unpack_name("d") && result.nr_links == 1 && !mode_of("in/d"),
	   "the entry itself is no link");
	begin();
	head_put('2', "d", "..", 0, 0777);
	file_put("d/victim", "evil", 0644);
	end();
	unpack_name("d");
	ok(holds("victim", "mine") && !result.nr_special,
	   "a file cannot be written through a link of the archive");
	begin();
	folder_put("d");
	folder_put("d/sub");
	head_put('2', "d/in", "sub", 0, 0777);
	file_put("d/in/f", "evil", 0644);
	end();
	ok(unpack_name("d") < 0 && !mode_of("in/d/sub/f"),
	   "not even through a link that stays inside");
	begin();
	folder_put("d");
	head_put('2', "d/l", "f", 0, 0777);
	file_put("d/l", "evil", 0644);
	end();
	ok(unpack_name("d") == -EINVAL && !mode_of("in/d/f"), "a file does not replace a link");

	for (size_t i = 0; i < sizeof(hard) / sizeof(*hard); i++) {
		begin();
		folder_put("d");
		head_put('1', "d/h", hard[i], 0, 0644);
		refused("a hard link to a file outside, or that is missing", "d");
	}
	begin();
	folder_put("d");
	folder_put("d/sub");
	head_put('2', "d/l", "sub", 0, 0777);
	head_put('1', "d/h", "d/l", 0, 0644);
	end();
	ok(!unpack_name("d") && !mode_of("in/d/h") && result.nr_links == 1,
	   "a hard link to a symbolic link is left out");
	ok(!file_read("victim", &text, &size) && !strcmp(text, "mine"), "the victim is unchanged");
	free(text);
}

static void kinds(void)
{
	static const char special[] = "346DMVNXZ!\001\377";

	begin();
	folder_put("d");
	for (size_t i = 0; i < sizeof(special) - 1; i++) {
		char name[] = { 'd', '/', 'a' + (char)i, 0 };

		head_put(special[i], name, "", 0, 0777);
	}
	end();
	ok(!unpack_name("d") && result.nr_special == sizeof(special) - 1 && !rmdir("in/d"),
	   "devices, FIFOs and unknown kinds are left out");
	begin();
	folder_put("d");
	file_put("d/suid", "#!", 06755);
	head_put('5', "d/sgid", "", 0, 07777);
	end();
	umask(0);
	ok(!unpack_name("d") && mode_of("in/d/suid") == (S_IFREG | 0755) &&
	   mode_of("in/d/sgid") == (S_IFDIR | 0777),
	   "set-user-ID, set-group-ID and sticky bits are cleared");
	umask(022);
	begin();
	folder_put("d");
	head_put('5', "d/none", "", 0, 0);
	file_put("d/none/f", "x", 0);
	end();
	ok(!unpack_name("d") && !tree_remove("in"), "a folder without permissions can be removed");
}

static void bounds(void)
{
	struct unpack few = { .size_max = 100, .nr_max = 3 };

	begin();
	for (int i = 0; i < 4; i++)
		file_put((char[]){ 'a' + (char)i, 0 }, "", 0644);
	end();
	ok(unpack_options(&few) == -EINVAL && strstr(reason, "entries"),
	   "more entries than allowed are refused");
	begin();
	file_put("a", "0123456789012345678901234567890123456789012345678901234567890", 0644);
	file_put("b", "0123456789012345678901234567890123456789012345678901234567890", 0644);
	end();
	ok(unpack_options(&few) == -EINVAL && strstr(reason, "too large"),
	   "more bytes than allowed are refused");
	begin();
	head_put('0', "a", "", 077777777777, 0644);
	ok(unpack_options(&few) == -EINVAL && strstr(reason, "too large"),
	   "a huge size is refused");
	begin();
	head_put('x', "a", "", 077777777777, 0644);
	ok(unpack_options(&few) == -EINVAL && strstr(reason, "too long"),
	   "a huge pax header is refused");
	begin();
	for (int i = 0; i < 20; i++)
		pax_put("13 comment=a\n");
	ok(unpack_options(&few) == -EINVAL, "an endless row of headers is refused");
	begin();
	file_put("a", "text", 0644);
	ok(unpack_options(&few) == -EINVAL && strstr(reason, "too early"),
	   "an archive without an end is refused");
	archive_size = 700;
	ok(unpack_options(&few) == -EINVAL,
	   "an archive that ends in the data of a file is refused");
	archive_size = 300;
	ok(unpack_options(&few) == -EINVAL, "an archive that ends in a header is refused");
	archive_size = 0;
	ok(unpack_options(&few) == -EINVAL, "an empty archive is refused");
}

/* ---- damage ---------------------------------------------------------------------------- */

static void sample(void)
{
	unsigned char *head;

	begin();
	folder_put("d/");
	file_put("d/f", "text", 04755);
	pax_put("13 path=d/pp\n");
	file_put("short", "text", 0644);
	head_put('L', "l", "", 9, 0644);
	data_put("d/longer", 9);
	head_put('K', "l", "", 3, 0644);
	data_put("../", 3);
	head_put('2', "d/s", "f", 0, 0777);
	head_put('1', "d/h", "d/f", 0, 0644);
	head = head_put('S', "d/disk", "", 8, 0600);
	memcpy(head + 257, "ustar  ", 8);
	memset(head + 345, 0, 167);
	snprintf((char *)head + 386, 12, "%011o", 4096);
	snprintf((char *)head + 398, 12, "%011o", 8);
	snprintf((char *)head + 483, 12, "%011o", 65536);
	sum_put(head);
	data_put("abcdefgh", 8);
	end();
}

static void damage(long rounds)
{
	const struct unpack options = { .name = "d", .sparse = true, .size_max = 1 << 20,
		.nr_max = 100 };
	static const char likely[] = "0/.19x=\n";
	static unsigned char whole[sizeof(archive)];
	long accepted = 0;
	size_t whole_size;
	int before;

	mkdir("in", 0700);
	before = nr_outside();
	sample();
	whole_size = archive_size;
	memcpy(whole, archive, whole_size);
	srandom(1);
	for (long i = 0; i < rounds; i++) {
		memcpy(archive, whole, whole_size);
		archive_size = random() % 8 ? whole_size : (size_t)random() % whole_size;
		for (long n = random() % 4; n >= 0; n--)
			archive[random() % whole_size] =
				random() % 3 ? random() : likely[random() % 8];
		/* Half of the archives get correct sums, so that the damage gets past them. */
		for (size_t at = 0; random() % 2 && at + BLOCK <= archive_size; at += BLOCK)
			if (!memcmp(archive + at + 257, "ustar", 5))
				sum_put(archive + at);
		accepted += !unpack_options(&options);
	}
	ok(nr_outside() == before && holds("victim", "mine"),
	   "%ld damaged archives, of which %ld were accepted, change nothing outside", rounds,
	   accepted);
}

static void confinement(void)
{
	int dir, status = 0;

	tree_remove("in");
	mkdir("in", 0700);
	dir = open("in", O_RDONLY | O_DIRECTORY);
	if (!fork()) {
		unpack_confine(dir);
		if (openat(dir, "f", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0)
			_exit(1);
		_exit(open("victim", O_RDONLY) < 0 && open("new", O_WRONLY | O_CREAT, 0600) < 0 ?
		      0 : 2);
	}
	wait(&status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		skip("the process that unpacks reaches only its folder", "no Landlock here");
	else
		ok(!status, "the process that unpacks reaches only its folder");
	close(dir);
}

int main(int argc, char **argv)
{
	scratch_make();
	accepted();
	sparse();
	paths();
	links();
	kinds();
	bounds();
	damage(2000 * (argc > 1 ? atol(argv[1]) : 1));
	confinement();
	return tap_done();
}
