// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostlimit.c - the machine's process may write files up to a size only (ulimit -f): that is an error of the guest's write
 *
 * t6010-hostfs.sh sets the limit, hostfs=DIR, hostdir=DIR and hostlimit=BYTES.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "tap.h"

int main(void)
{
	const char *dir = boot_option("hostdir"), *limit_text = boot_option("hostlimit");
	long limit = limit_text ? atol(limit_text) : 0;
	char block[8192] = "data";
	struct stat st;
	int fd;

	if (!dir || !limit) {
		skip("a limit of the host's process", "no hostdir= and hostlimit= on the command line");
		return tap_done();
	}
	mkdir("/tmp/host", 0755);
	if (mount("none", "/tmp/host", "hostfs", 0, dir) < 0)
		bail("%s", dir);
	fd = open("/tmp/host/limited", O_RDWR | O_CREAT | O_TRUNC, 0600);
	is(pwrite(fd, block, sizeof(block), limit - (long)sizeof(block)), sizeof(block), "up to the limit a file can be written");
	ok(pwrite(fd, block, sizeof(block), limit) == -1 && errno == EFBIG, "beyond it the write fails with EFBIG");
	is(pwrite(fd, block, sizeof(block), limit - 4096), 4096, "across it as much as goes is written");
	fstat(fd, &st);
	is(st.st_size, limit, "the file ends there");
	ok(ftruncate(fd, limit + 1) == -1 && errno == EFBIG, "nor can it be made longer");
	is(pwrite(fd, block, sizeof(block), 0), sizeof(block), "the rest of the file is as good as before");
	is(fsync(fd), 0, "and so is fsync");
	close(fd);
	unlink("/tmp/host/limited");
	umount("/tmp/host");
	return tap_done();
}
