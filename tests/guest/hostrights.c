// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostrights.c - try to make files through hostfs that give rights to those who use them on the
 * host: set-user-ID and set-group-ID bits, capabilities, device nodes, FIFOs
 *
 * t6010-hostfs.sh starts the guest with hostdir=DIR, where the host has made the file `hostsuid`
 * with mode 4755 and the folder `hostsgid` with mode 2775. Afterwards the script looks at the
 * folder from the host.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "tap.h"

#define FAILS(call, error, ...) ok((call) < 0 && errno == (error), __VA_ARGS__)

static const mode_t set_ids[] = { 04755, 02755, 06755, 04000, 02000, 06711, 07777 };
#define NR_SET_IDS (sizeof(set_ids) / sizeof(set_ids[0]))

static mode_t mode_of(const char *path)
{
	struct stat st = { .st_mode = 0 };

	lstat(path, &st);
	return st.st_mode & 07777;
}

static int file_make(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static void modes(void)
{
	int held = 0, fd;
	char path[64];

	file_make("plain", 0755);
	fd = open("plain", O_RDWR);
	for (size_t i = 0; i < NR_SET_IDS; i++) {
		held += chmod("plain", set_ids[i]) < 0 && errno == EPERM;
		held += fchmod(fd, set_ids[i]) < 0 && errno == EPERM;
		held += fchmodat(AT_FDCWD, "plain", set_ids[i], 0) < 0 && errno == EPERM;
	}
	is(held, 3 * NR_SET_IDS, "chmod does not set the set-user-ID and set-group-ID bits");
	is(mode_of("plain"), 0755, "the mode stays as it was");
	unlink("plain");
	held = 0;
	for (size_t i = 0; i < NR_SET_IDS; i++)
		held += fchmod(fd, set_ids[i]) < 0 && errno == EPERM;
	is(held, NR_SET_IDS, "nor for a file that has lost its name");
	close(fd);

	held = 0;
	for (size_t i = 0; i < NR_SET_IDS; i++) {
		held += file_make("made", set_ids[i]) < 0 && errno == EPERM;
		held += mknod("made", S_IFREG | set_ids[i], 0) < 0 && errno == EPERM;
		held += open(".", O_TMPFILE | O_RDWR, set_ids[i]) < 0 && errno == EPERM;
	}
	is(held, 3 * NR_SET_IDS, "open, mknod and O_TMPFILE do not create files with these bits");

	fd = open(".", O_TMPFILE | O_RDWR, 0700);
	held = fchmod(fd, 04755) < 0 && errno == EPERM;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW);
	held += chmod("linked", 06755) < 0 && errno == EPERM;
	held += fchmod(fd, 02711) < 0 && errno == EPERM;
	is(held, 3, "a file that gets its name later does not get the bits");
	close(fd);

	mkdir("folder", 0777);
	FAILS(chmod("folder", 02775), EPERM, "a folder does not get the set-group-ID bit");
	is(chmod("folder", 01777), 0, "a folder can get the sticky bit");
	FAILS(chmod("linked", 01644), EPERM, "a file does not get the sticky bit");
}

static void others_bits(void)
{
	struct stat st;
	int fd;
	char *map;

	is(mode_of("hostsuid"), 04755, "the guest sees the bits that the host has set");
	FAILS(link("hostsuid", "second"), EPERM, "a set-user-ID file gets no further name");
	is(chmod("hostsgid", 02770), 0, "a folder keeps the set-group-ID bit of the host");
	is(mode_of("hostsgid"), 02770, "and shows its new mode");

	fd = open("hostsuid", O_RDWR);
	ok(fd >= 0, "a set-user-ID file opens for writing");
	fstat(fd, &st);
	is(st.st_mode & 06000, 0, "then it has lost the bits, before anything is written");
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memcpy(map, "changed", 7);
	munmap(map, 4096);
	close(fd);
	is(mode_of("hostsuid"), 0755, "a store through a mapping leaves no set-user-ID file");
	FAILS(chmod("hostsuid", 04755), EPERM, "the guest cannot set the bit again");

	/* A file of the guest takes the name of a set-user-ID file. */
	file_make("new", 0755);
	is(rename("new", "hostsuid2"), 0, "rename replaces a set-user-ID file");
	is(mode_of("hostsuid2"), 0755, "the new file has none of the bits of the old one");
}

static void attributes(void)
{
	/* cap_setuid+ep, as the file attribute has it */
	static const unsigned char caps[20] = { 1, 0, 0, 2, 0x80 };
	static const char *const names[] = {
		"security.capability", "security.selinux", "security.ima", "trusted.x",
		"system.posix_acl_access", "system.posix_acl_default",
	};
	int held = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		held += setxattr("linked", names[i], caps, sizeof(caps), 0) < 0;
	is(held, sizeof(names) / sizeof(names[0]),
	   "no attribute that has a meaning on the host can be set");
}

static void objects(void)
{
	static const struct { mode_t type; dev_t dev; } types[] = {
		{ S_IFCHR, 0x103 }, { S_IFBLK, 0x800 }, { S_IFIFO, 0 },
	};
	int held = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		held += mknod("object", types[i].type | 0666, types[i].dev) < 0 && errno == EPERM;
	is(held, 3, "neither device nodes nor FIFOs can be made");
	/* Overlay file systems make such a node to hide a name. */
	FAILS(renameat2(AT_FDCWD, "linked", AT_FDCWD, "moved", 4 /* RENAME_WHITEOUT */), EINVAL,
	      "RENAME_WHITEOUT is refused");
}

int main(void)
{
	const char *dir = boot_option("hostdir");

	mkdir("/rights", 0755);
	if (!dir || mount("none", "/rights", "hostfs", 0, dir) || chdir("/rights"))
		bail("cannot mount the folder");
	umask(0);
	modes();
	others_bits();
	attributes();
	objects();
	return tap_done();
}
