/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - messages without a C library
 */
#ifndef COW_TEXT_H
#define COW_TEXT_H

#include "cow_types.h"

enum {
	COW_UUID_TEXT = 37,
};

/*
 * cow_text - @format into @to, always terminated; returns the length it has. Knows %s, %u
 * (unsigned), %d (int), %U (uint64_t), %X (uint64_t as 0x hexadecimal), %I (16 bytes of a uuid), %%.
 */
size_t cow_text(char *to, size_t size, const char *format, ...);
size_t cow_text_args(char *to, size_t size, const char *format, va_list args);

/* What went wrong, for a person: names the file, the reason and what to do. */
struct cow_error {
	char text[1200];
};

/* cow_fail - set the text (@error may be NULL) and return @code, a negative errno. */
int cow_fail(struct cow_error *error, int code, const char *format, ...);

/* cow_reason - the usual errors in words ("no such file"). */
const char *cow_reason(int code);

#endif /* COW_TEXT_H */
