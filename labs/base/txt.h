/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * txt.h - handle strings and lists of strings
 *
 * The command runs for seconds and frees little of what it allocates here. The keeper, which runs
 * as long as its machine, frees what it allocates. If memory runs out, the functions call
 * txt_no_memory(), which does not return. So callers need not check for lack of memory.
 */
#ifndef TXT_H
#define TXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct words {
	char **at;	/* the words, then NULL; @at itself is NULL until a word is added */
	int nr;
};

/* Called when memory runs out; must not return. The default is abort(). */
extern void (*txt_no_memory)(void);
/* Allocates @nr objects of @size zero bytes. */
void *txt_alloc(size_t nr, size_t size);
/* Returns @memory; if that is NULL, calls txt_no_memory(). */
void *txt_checked(void *memory);

char *txt_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *txt_copy(const char *text);
char *txt_copy_part(const char *text, size_t size);
/* Makes room for entry @nr, filled with zeros: array = txt_grow(array, nr, sizeof(*array)). */
void *txt_grow(void *array, size_t nr, size_t size);

void words_add(struct words *words, const char *word);
void words_addf(struct words *words, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Frees the words and empties the list. */
void words_release(struct words *words);
bool words_have(const struct words *words, const char *word);
/* Splits @text at each character of @separators, and adds the parts that are not empty. */
void words_split(struct words *words, const char *text, const char *separators);
char *words_join(const struct words *words, const char *between);
void words_sort(struct words *words);
/* Returns the word in @words that a user who typed @word probably meant, or NULL. */
const char *words_nearest(const struct words *words, const char *word);

bool txt_starts(const char *text, const char *start);
bool txt_ends(const char *text, const char *end);
/* Removes white space at both ends of @text in place, and returns the new start. */
char *txt_trim(char *text);

/*
 * Converts "64M", "0.5g" or "1024k" to bytes. A number without a letter counts units of @unit
 * bytes. False: @text is not a size.
 */
bool txt_size_parse(const char *text, uint64_t unit, uint64_t *size);
/* Formats a size for people, with two or three digits: "1.5 GB". */
char *txt_size(uint64_t size);
/* Reads a decimal number. False: @text is not a number from @from to @to. */
bool txt_int_parse(const char *text, long from, long to, long *value);
/* Reads yes, true, on, y, t, 1 or an opposite, in upper or lower case. False: another word. */
bool txt_bool_parse(const char *text, bool *value);
/* Returns the 64-bit FNV-1a hash of @text. Names on disk contain hashes; keep the algorithm. */
uint64_t txt_hash(const char *text);
/* Quotes @text as one word for a POSIX shell: 'it'\''s'. */
char *txt_shell_quote(const char *text);

#endif
