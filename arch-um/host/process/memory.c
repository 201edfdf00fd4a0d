// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - create guest RAM, and change the mappings of the kernel process
 *
 * Called by kernel code (mm/physmem.c, mm/vmap.c) on the machine's thread in the kernel process.
 * Any thread may call host_mem_alloc() and host_mem_free().
 */
#include "process/memory.h"
#include <um/host.h>
#include "lx/lx_file.h"
#include "lx/lx_memory.h"

static int ram_fd = -1;

int host_ram_fd(void)
{
	return ram_fd;
}

static int prot_flags(int prot)
{
	return (prot & HOST_READ ? PROT_READ : 0) | (prot & HOST_WRITE ? PROT_WRITE : 0) |
	       (prot & HOST_EXEC ? PROT_EXEC : 0);
}

int host_ram_create(void *at, uint64_t size)
{
	void *map;
	int fd, error;

	/* Guests map pages of this file as executable, but nobody executes the file itself. */
	fd = lx_memfd_create("umlab-ram", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	if (fd == -EINVAL)
		fd = lx_memfd_create("umlab-ram", MFD_CLOEXEC);
	if (fd < 0)
		return fd;
	error = lx_ftruncate(fd, size);
	if (error)
		goto out_close;
	map = lx_mmap(at, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_NORESERVE, fd, 0);
	if (lx_is_error(map)) {
		error = (long)map;
		goto out_close;
	}
	ram_fd = fd;
	return 0;

out_close:
	lx_close(fd);
	return error;
}

int host_ram_map(void *at, uint64_t offset, size_t size, int prot)
{
	void *map = lx_mmap(at, size, prot_flags(prot), MAP_SHARED | MAP_FIXED, ram_fd, offset);

	return lx_is_error(map) ? (long)map : 0;
}

void *host_mem_alloc(size_t size)
{
	void *at = lx_mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return lx_is_error(at) ? NULL : at;
}

void host_mem_free(void *at, size_t size)
{
	if (at)
		lx_munmap(at, size);
}

int host_mem_unmap(void *at, size_t size)
{
	return lx_munmap(at, size);
}

#define PAGE_MASK_HOST	(~4095UL)

int host_text_put(void *at, uint8_t byte)
{
	void *page = (void *)((unsigned long)at & PAGE_MASK_HOST);

	int error = lx_mprotect(page, 1, PROT_READ | PROT_WRITE | PROT_EXEC);

	if (error)
		return error;
	*(volatile uint8_t *)at = byte;
	return lx_mprotect(page, 1, PROT_READ | PROT_EXEC);
}

bool host_ram_is_zero(uint64_t offset, uint64_t size)
{
	long data = lx_lseek(ram_fd, offset, SEEK_DATA);

	/* A page that the host has swapped out counts as data. -ENXIO: no data up to the end. */
	return data == -ENXIO || data >= (long)(offset + size);
}

int host_ram_discard(uint64_t offset, uint64_t size)
{
	return lx_fallocate(ram_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, size);
}
