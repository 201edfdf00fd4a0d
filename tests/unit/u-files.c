// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-files.c - test how umlab uses files and folders and runs programs (labs/base/files.c, spawn.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/txt.h"
#include "scratch.h"

static void content(void)
{
	char *text, *big = calloc(1, 100000);
	size_t size;

	ok(file_read("missing", &text, &size) == -ENOENT, "reading a missing file gives -ENOENT");
	ok(!file_write("f", "a\0b", 3, 0640) && !file_read("f", &text, &size) && size == 3 &&
	   !memcmp(text, "a\0b", 4),
	   "a file is read as it was written, and a NUL byte is appended");
	ok(!file_write("f", big, 100000, 0640) && !file_read("f", &text, &size) && size == 100000,
	   "a file of 100,000 bytes can be written and read");
	ok(!file_write("f", "", 0, 0640) && !file_read("f", &text, &size) && !size,
	   "an empty file can be written and read");
	ok(file_write("no/f", "x", 1, 0600) == -ENOENT && !file_exists("no"),
	   "file_write() does not create folders");
	ok(!symlink("/nowhere", "link") && !file_write("link", "x", 1, 0600) &&
	   !file_exists("/nowhere"),
	   "file_write() replaces a symbolic link and does not follow it");
	free(big);
}

static void folders(void)
{
	char *deep = txt_copy("d");

	ok(!dir_make("a/b/c", 0700) && !dir_make("a/b/c", 0700),
	   "dir_make() creates missing parent folders and accepts existing ones");
	scratch_write_text("a/b/f", "x");
	ok(dir_make("a/b/f", 0700) != -ENOENT && dir_make("a/b/f/g", 0700) < 0,
	   "dir_make() fails below a file");
	ok(!mkdir("keep", 0700) && !symlink("../keep", "a/link"),
	   "a link to another folder can be made");
	scratch_write_text("keep/f", "x");
	ok(!tree_remove("a") && !file_exists("a") && file_exists("keep/f"),
	   "tree_remove() does not follow links");
	ok(!tree_remove("missing"), "tree_remove() of a missing tree succeeds");
	for (int i = 0; i < 200; i++)
		deep = txt_printf("%s/d", deep);
	ok(!dir_make(deep, 0700) && !tree_remove("d") && !file_exists("d"),
	   "tree_remove() removes a deep tree");
}

static void copies(void)
{
	int fd = open("sparse", O_RDWR | O_CREAT, 0600);
	char *text;
	size_t size;

	(void)!pwrite(fd, "x", 1, 8 << 20);
	(void)!ftruncate(fd, 64 << 20);
	close(fd);
	ok(!file_copy("sparse", "copy", NULL) && file_allocated("copy") < 4 << 20,
	   "file_copy() keeps holes");
	ok(!file_read("copy", &text, &size) && size == 64 << 20 && text[8 << 20] == 'x' && !text[0],
	   "file_copy() keeps the content");
	ok(file_copy("missing", "copy", NULL) == -ENOENT && file_exists("copy"),
	   "a failed copy leaves the target unchanged");
	ok(file_copy("sparse", "no/copy", NULL) < 0, "copying into a missing folder fails");
	ok(!file_allocated("missing"), "a missing file occupies no space");
}

static void descriptors(void)
{
	char path[300];
	int ends[2];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ok(fd_connect(path, false) == -ENAMETOOLONG,
	   "a socket path that is too long gives -ENAMETOOLONG");
	ok(fd_connect("missing", false) == -ENOENT, "connecting to a missing socket gives -ENOENT");
	ok(!pipe(ends) && !fd_set_nonblock(ends[0], true) && fd_read(ends[0], path, 1) == -EAGAIN,
	   "reading an empty non-blocking pipe gives -EAGAIN");
	close(ends[1]);
	ok(fd_read(ends[0], path, 1) == 0, "reading a closed pipe gives the end of file");
	ok(fd_write_all(-1, "x", 1) == -EBADF, "writing to an invalid descriptor gives -EBADF");
}

static void process_stat(void)
{
	char *text, *fields;

	ok(!proc_stat_read(getpid(), &text, &fields) && strchr("RSDT", *fields),
	   "the state of our own process can be read");
	ok(proc_stat_read(0x7ffffffe, &text, &fields) == -ENOENT,
	   "reading a missing process gives -ENOENT");
}

static void programs(void)
{
	const char *good[] = { "echo", "hello", NULL }, *absent[] = { "/no/such/program", NULL };
	const char *bad[] = { "sh", "-c", "echo one; echo two >&2; exit 3", NULL };
	const char *quiet[] = { "sh", "-c", "exit 1", NULL };
	const char *killed[] = { "sh", "-c", "kill -9 $$", NULL };
	char *reason = NULL;

	ok(!strcmp(spawn_output(good), "hello\n"), "spawn_output() returns the output");
	ok(!spawn_output(bad) && !spawn_output(absent),
	   "spawn_output() returns nothing for a failed or missing program");
	ok(spawn_quietly(bad, &reason) == -EIO && !strcmp(reason, "two"),
	   "spawn_quietly() gives the last line of output as the reason");
	ok(spawn_quietly(quiet, &reason) == -EIO && strstr(reason, "sh"),
	   "a program that fails silently is named in the reason");
	ok(spawn_quietly(absent, &reason) == -EIO && strstr(reason, "/no/such"),
	   "a missing program is named in the reason");
	ok(spawn_here(killed) == 128 + 9 && spawn_here(good) == 0,
	   "a program killed by a signal gives 128 plus the signal's number");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	scratch_make();
	content();
	folders();
	copies();
	descriptors();
	process_stat();
	programs();
	return tap_done();
}
