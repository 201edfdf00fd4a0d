// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostlimit.c - test that the host's limit on file sizes causes a write error in the guest
 *
 * t6010-hostfs.sh sets the limit (ulimit -f), hostfs=DIR, hostdir=DIR and hostlimit=BYTES.
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
		skip("a write beyond the limit fails with EFBIG",
		     "no hostdir= and hostlimit= on the command line");
		return tap_done();
	}
	mkdir("/tmp/host", 0755);
	if (mount("none", "/tmp/host", "hostfs", 0, dir) < 0)
		bail("%s", dir);
	fd = open("/tmp/host/limited", O_RDWR | O_CREAT | O_TRUNC, 0600);
	is(pwrite(fd, block, sizeof(block), limit - (long)sizeof(block)), sizeof(block),
	   "a write up to the limit succeeds");
	ok(pwrite(fd, block, sizeof(block), limit) == -1 && errno == EFBIG,
	   "a write beyond the limit fails with EFBIG");
	is(pwrite(fd, block, sizeof(block), limit - 4096), 4096,
	   "a write across the limit is cut at the limit");
	fstat(fd, &st);
	is(st.st_size, limit, "the file ends at the limit");
	ok(ftruncate(fd, limit + 1) == -1 && errno == EFBIG,
	   "ftruncate beyond the limit fails with EFBIG");
	is(pwrite(fd, block, sizeof(block), 0), sizeof(block),
	   "a write within the file succeeds afterwards");
	is(fsync(fd), 0, "fsync succeeds afterwards");
	close(fd);
	unlink("/tmp/host/limited");
	umount("/tmp/host");
	return tap_done();
}
