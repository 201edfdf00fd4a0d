/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cow_types.h - fixed-width types, error numbers and the few memory functions of cow/
 *
 * The same sources are built for programs (with a C library) and for the kernel image
 * (COW_FREESTANDING: none; the compiler's own headers and the kernel's uapi ones). Kernel
 * code never includes these headers: the disk driver reaches cow/ through drivers-ubd/worker/.
 */
#ifndef COW_TYPES_H
#define COW_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef COW_FREESTANDING
#include <linux/errno.h>
typedef long ssize_t;
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
#else
#include <errno.h>
#include <string.h>
#include <sys/types.h>
#endif

#endif /* COW_TYPES_H */
