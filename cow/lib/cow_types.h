/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cow_types.h - fixed-width types, error numbers and memory functions for cow/
 *
 * Two kinds of code include the headers of cow/lib:
 *   - Freestanding code (COW_FREESTANDING) has only the compiler's own headers and the error
 *     numbers of the uapi headers. Such code is cow/lib itself, in programs and in the kernel
 *     image, and drivers-ubd/worker/, through which the kernel's disk driver calls the library.
 *   - Programs have a C library: cow/posix, cow/tool and the tests.
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

size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);

/*
 * The program or the kernel image provides these functions. Without the compiler's builtin forms,
 * each copy of a few bytes would be a call, and the CRC would take four times as long.
 */
#define memcpy	__builtin_memcpy
#define memmove	__builtin_memmove
#define memset	__builtin_memset
#define memcmp	__builtin_memcmp

#else
#include <errno.h>
#include <string.h>
#include <sys/types.h>
#endif

#endif /* COW_TYPES_H */
