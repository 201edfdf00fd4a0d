/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_memory.h - map memory, and create files that live in memory
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_MEMORY_H
#define UM_LX_MEMORY_H

#include "lx/lx_call.h"
#include <linux/memfd.h>
#include <linux/mman.h>

/* lx_mmap() returns an address, or -errno as an address in the last page of the address space. */
static inline bool lx_is_error(const void *address)
{
	return (unsigned long)address > -4096UL;
}

static inline void *lx_mmap(void *at, size_t size, int prot, int flags, int fd, uint64_t offset)
{
	return (void *)lx_syscall6(__NR_mmap, (long)at, size, prot, flags, fd, offset);
}

static inline int lx_munmap(void *at, size_t size)
{
	return lx_syscall2(__NR_munmap, (long)at, size);
}

static inline int lx_mprotect(void *at, size_t size, int prot)
{
	return lx_syscall3(__NR_mprotect, (long)at, size, prot);
}

static inline int lx_madvise(void *at, size_t size, int advice)
{
	return lx_syscall3(__NR_madvise, (long)at, size, advice);
}

static inline int lx_memfd_create(const char *name, unsigned int flags)
{
	return lx_syscall2(__NR_memfd_create, (long)name, flags);
}

#endif /* UM_LX_MEMORY_H */
