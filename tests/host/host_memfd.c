// SPDX-License-Identifier: GPL-2.0-only
/*
 * host_memfd.c - check what guest RAM needs from the host
 *
 * Guest RAM is a sparse memfd that is mapped in many pieces. Punching holes in the file frees RAM.
 * `make check` runs this program on the host.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tap.h"

static long used_kb(int fd)
{
	struct stat data;

	fstat(fd, &data);
	return data.st_blocks / 2;
}

int main(void)
{
	int fd = memfd_create("ram", MFD_CLOEXEC);
	size_t size = 16ul << 30, page = 4096;
	char *ram;

	is(ftruncate(fd, size), 0, "a memfd can have 16 GiB");
	is(used_kb(fd), 0, "an untouched memfd occupies no memory");
	ram = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (!ok(ram != MAP_FAILED, "the whole memfd can be mapped"))
		return tap_done();
	for (size_t at = 0; at < size; at += 1ul << 30)
		ram[at] = 1;
	ok(used_kb(fd) <= 16 * 2048, "16 touched pages occupy little memory (%ld kB)", used_kb(fd));
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, size);
	is(used_kb(fd), 0, "punching a hole frees all memory");
	is(ram[0], 0, "a hole reads as zeros");

	/* A second view maps the pages in reverse order, like scattered guest page tables. */
	enum { PAGES = 1000 };
	char *view = mmap(NULL, PAGES * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int bad = 0;

	for (long i = 0; i < PAGES; i++)
		bad += mmap(view + i * page, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			    fd, (PAGES - 1 - i) * page) == MAP_FAILED;
	for (long i = 0; i < PAGES; i++)
		*(long *)(view + i * page) = i + 1;
	for (long i = 0; i < PAGES; i++)
		bad += *(long *)(ram + (PAGES - 1 - i) * page) != i + 1;
	is(bad, 0, "a thousand single pages in reverse order are the same memory");
	ok(mmap(view, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_POPULATE,
		fd, 0) == view, "one mapping with MAP_POPULATE covers all of them");
	view[5] = 'p';
	is(ram[5], 'p', "the new mapping replaces the single pages");
	close(fd);
	return tap_done();
}
