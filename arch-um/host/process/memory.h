/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - give access to the file that is guest RAM
 *
 * host_ram_*() and host_mem_*() are declared in um/host.h.
 */
#ifndef UM_HOST_MEMORY_H
#define UM_HOST_MEMORY_H

/* host_ram_fd - return the descriptor of the RAM file; -1 before host_ram_create(). */
int host_ram_fd(void);

#endif /* UM_HOST_MEMORY_H */
