/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clean.h - make text from guests and labs safe to show on a terminal
 */
#ifndef CLEAN_H
#define CLEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What may stay besides visible characters. */
enum clean_keep {
	CLEAN_ONE_LINE,		/* nothing */
	CLEAN_LINES,		/* newline and tab */
	CLEAN_VALID,		/* every character except NUL; only invalid UTF-8 is replaced */
};

/*
 * Return a copy with '?' in place of what a terminal might obey or hide, and of bytes that are not
 * UTF-8. In clean_bytes(), @data may hold NULs, which are replaced too.
 */
char *clean_text(const char *text, enum clean_keep keep);
char *clean_bytes(const char *data, size_t size, enum clean_keep keep);

/* Formats a text, cleans it like CLEAN_LINES, and prints it to @out. */
void clean_printf(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Is the character harmless on a terminal? False for newline and tab too. */
bool clean_is_visible(uint32_t code);
/* Returns the length of the UTF-8 character at the start of @data, and its code. 0: no UTF-8. */
int clean_decode(const char *data, size_t size, uint32_t *code);

/* Shows the output of a console, which arrives in pieces, without its control sequences. */
struct clean_stream {
	enum { STREAM_TEXT, STREAM_ESCAPE, STREAM_CSI, STREAM_STRING, STREAM_STRING_END } state;
	char part[4];		/* an incomplete UTF-8 character */
	size_t part_size;
};
void clean_stream_print(struct clean_stream *stream, const char *data, size_t size, FILE *out);

#endif
