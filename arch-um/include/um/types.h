/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * types.h - define fixed-width types for the headers that kernel and host code include
 *
 * Kernel code gets the types from <linux/types.h>. The host world has no libc and takes them from
 * the <stdint.h> and <stddef.h> of the compiler.
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
