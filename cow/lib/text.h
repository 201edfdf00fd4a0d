/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - format messages without a C library
 */
#ifndef COW_TEXT_H
#define COW_TEXT_H

#include "cow_types.h"

enum {
	COW_UUID_TEXT = 37,
};

/*
 * cow_text - format a text into @to, which is always terminated
 *
 * Returns the length of the whole text, even if it did not fit. Conversions: %s, %u (unsigned int),
 * %d (int), %U (uint64_t), %X (uint64_t, hexadecimal with 0x), %I (a uuid of 16 bytes), %%.
 */
size_t cow_text(char *to, size_t size, const char *format, ...);
size_t cow_text_args(char *to, size_t size, const char *format, va_list args);

/* A message for the user: the file, what is wrong, and what to do. */
struct cow_error {
	char text[1200];
};

/* cow_fail - set the text of @error and return @code, a negative errno. @error may be NULL. */
int cow_fail(struct cow_error *error, int code, const char *format, ...);

/* cow_reason - describe a negative errno in words ("no such file"). */
const char *cow_reason(int code);

#endif /* COW_TEXT_H */
