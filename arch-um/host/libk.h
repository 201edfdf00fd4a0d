/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libk.h - declare the functions of the kernel's lib/ that the host world may call
 *
 * The image has one symbol space, so a memcpy() that the compiler inserts is the kernel's anyway.
 * All these functions depend only on their arguments and may be called on the machine's thread at
 * any time, even in signal handlers. Worker threads may use mem* and str*, but not the printf
 * functions, which read kernel state.
 */
#ifndef UM_LIBK_H
#define UM_LIBK_H

#include <um/types.h>
#include <stdarg.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
int snprintf(char *to, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int vsnprintf(char *to, size_t size, const char *format, va_list args);

#endif /* UM_LIBK_H */
