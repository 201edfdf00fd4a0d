/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * types.h - fixed-width types for the headers that both worlds include
 *
 * Kernel code gets them from <linux/types.h>; the host world has no libc and
 * takes the compiler's own <stdint.h> and <stddef.h>.
 */
#ifndef UM_TYPES_H
#define UM_TYPES_H

#ifdef UM_HOST_WORLD
#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>
typedef long ssize_t;
#else
#include <linux/types.h>
#include <linux/stddef.h>
#endif

#endif /* UM_TYPES_H */
