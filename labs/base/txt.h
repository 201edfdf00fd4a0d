/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * txt.h - strings and lists of strings
 *
 * The command lives for seconds, so most of what it allocates here lives until it ends;
 * the keeper, which lives as long as a machine, frees what it allocates. None of these
 * functions returns NULL for want of memory: they call txt_no_memory() first, which does not
 * return.
 */
#ifndef TXT_H
#define TXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct words {
	char **at;	/* ends with NULL, if there is any */
	int nr;
};

/* Called when memory runs out; must not return. The default is abort(). */
extern void (*txt_no_memory)(void);
/* Zeroed memory. */
void *txt_alloc(size_t nr, size_t size);
/* Returns @memory, unless that is NULL. */
void *txt_checked(void *memory);

char *txt_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *txt_copy(const char *text);
char *txt_copy_part(const char *text, size_t size);
/* Makes room for entry @nr, which is zeroed: array = txt_grow(array, nr, sizeof(*array)). */
void *txt_grow(void *array, size_t nr, size_t size);

void words_add(struct words *words, const char *word);
void words_addf(struct words *words, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Frees the words and empties the list. */
void words_release(struct words *words);
bool words_have(const struct words *words, const char *word);
/* Adds the parts of @text between any of @separators; empty parts are dropped. */
void words_split(struct words *words, const char *text, const char *separators);
char *words_join(const struct words *words, const char *between);
void words_sort(struct words *words);
/* The one of @words that a user who typed @word probably meant, or NULL. */
const char *words_nearest(const struct words *words, const char *word);

bool txt_starts(const char *text, const char *start);
bool txt_ends(const char *text, const char *end);
/* Removes white space at both ends; changes @text and returns its new start. */
char *txt_trim(char *text);

/*
 * "64M", "0.5g", "1024k": *size in bytes. A number without a letter counts units of @unit
 * bytes. False: @text is not a size.
 */
bool txt_size_parse(const char *text, uint64_t unit, uint64_t *size);
/* For people, with two or three digits: "1.5 GB". */
char *txt_size(uint64_t size);
/* False: @text is not a number from @from to @to. */
bool txt_int_parse(const char *text, long from, long to, long *value);
/* yes, true, on, y, t, 1 and their opposites, in either case. False: none of them. */
bool txt_bool_parse(const char *text, bool *value);
/* Stable 64-bit FNV-1a hash, for names. */
uint64_t txt_hash(const char *text);
/* Which control characters txt_sanitize() keeps. */
enum txt_keep { TXT_KEEP_NONE, TXT_KEEP_LINES /* newline and tab */, TXT_KEEP_ALL };
/* A copy with '?' for control characters and for bytes that are not UTF-8. */
char *txt_sanitize(const char *text, enum txt_keep keep);
/* One word for a POSIX shell: 'it'\''s'. */
char *txt_shell_quote(const char *text);

#endif
