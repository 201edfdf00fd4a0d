// SPDX-License-Identifier: GPL-2.0-only
/*
 * txt.c - handle strings and lists of strings
 *
 * Called by every module of the command, and by umlab-disk and umlab-net.
 */
#include "base/txt.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void (*txt_no_memory)(void) = abort;

void *txt_checked(void *memory)
{
	if (!memory)
		txt_no_memory();
	return memory;
}

void *txt_alloc(size_t nr, size_t size)
{
	return txt_checked(calloc(nr ? nr : 1, size));
}

char *txt_printf(const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	return txt_checked(text);
}

char *txt_copy(const char *text)
{
	return txt_checked(strdup(text));
}

char *txt_copy_part(const char *text, size_t size)
{
	return txt_checked(strndup(text, size));
}

void *txt_grow(void *array, size_t nr, size_t size)
{
	/* The room is a power of two: double it when @nr reaches the next power of two. */
	if (nr & (nr - 1) || (nr == 0 && array))
		return array;
	array = txt_checked(reallocarray(array, nr ? 2 * nr : 1, size));
	memset((char *)array + nr * size, 0, (nr ? nr : 1) * size);
	return array;
}

void words_add(struct words *words, const char *word)
{
	words->at = txt_checked(reallocarray(words->at, words->nr + 2, sizeof(char *)));
	words->at[words->nr++] = txt_copy(word);
	words->at[words->nr] = NULL;
}

void words_addf(struct words *words, const char *fmt, ...)
{
	char *word;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&word, fmt, args) < 0)
		word = NULL;
	va_end(args);
	words_add(words, txt_checked(word));
	free(word);
}

void words_release(struct words *words)
{
	for (int i = 0; i < words->nr; i++)
		free(words->at[i]);
	free(words->at);
	*words = (struct words){ 0 };
}

bool words_have(const struct words *words, const char *word)
{
	for (int i = 0; i < words->nr; i++)
		if (!strcmp(words->at[i], word))
			return true;
	return false;
}

void words_split(struct words *words, const char *text, const char *separators)
{
	while (*(text += strspn(text, separators))) {
		size_t size = strcspn(text, separators);
		char *word = txt_copy_part(text, size);

		words_add(words, word);
		free(word);
		text += size;
	}
}

char *words_join(const struct words *words, const char *between)
{
	char *all = NULL;
	size_t size;
	FILE *out = txt_checked(open_memstream(&all, &size));

	for (int i = 0; i < words->nr; i++)
		fprintf(out, "%s%s", i ? between : "", words->at[i]);
	fclose(out);
	return all;
}

/* Compares words for sorting. Numbers in names are compared as numbers: pc2 precedes pc10. */
static int compare_words(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

void words_sort(struct words *words)
{
	if (words->nr)
		qsort(words->at, words->nr, sizeof(char *), compare_words);
}

/* Returns how many letters must change, be added or be dropped to turn @a into @b; 99: many. */
static int distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	int row[33];

	if (na > 32 || nb > 32)
		return 99;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		int corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			int cost = corner + (tolower(a[i - 1]) != tolower(b[j - 1]));

			corner = row[j];
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
		}
	}
	return row[nb];
}

const char *words_nearest(const struct words *words, const char *word)
{
	const char *best = NULL;
	int least = (int)strlen(word) > 4 ? 3 : 2;

	for (int i = 0; i < words->nr; i++) {
		int far = distance(words->at[i], word);

		if (far < least) {
			least = far;
			best = words->at[i];
		}
	}
	return best;
}

bool txt_starts(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

bool txt_ends(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);

	return size >= tail && !strcmp(text + size - tail, end);
}

char *txt_trim(char *text)
{
	char *end = text + strlen(text);

	while (isspace((unsigned char)*text))
		text++;
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

bool txt_size_parse(const char *text, uint64_t unit, uint64_t *size)
{
	static const char letters[] = "bkmgt";
	const char *letter;
	double value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	value = strtod(text, &end);
	if (*end) {
		letter = strchr(letters, tolower((unsigned char)*end));
		if (!letter || !*letter)
			return false;
		unit = 1ull << 10 * (letter - letters);
		end++;
		/* 64MB, 64MiB */
		if (tolower((unsigned char)*end) == 'i')
			end++;
		if (tolower((unsigned char)*end) == 'b')
			end++;
	}
	if (*end || value * unit >= 1e18)
		return false;
	*size = value * unit;
	return true;
}

char *txt_size(uint64_t size)
{
	static const char units[] = "BKMGT";
	double value = size;
	int unit = 0;

	while (value >= 1000 && unit < 4) {
		value /= 1024;
		unit++;
	}
	if (!unit)
		return txt_printf("%.0f B", value);
	return txt_printf(value < 10 ? "%.1f %cB" : "%.0f %cB", value, units[unit]);
}

bool txt_int_parse(const char *text, long from, long to, long *value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (end == text || *end || errno || number < from || number > to)
		return false;
	*value = number;
	return true;
}

bool txt_bool_parse(const char *text, bool *value)
{
	static const char *const yes[] = { "y", "yes", "t", "true", "on", "1" };
	static const char *const no[] = { "n", "no", "f", "false", "off", "0" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (!strcasecmp(text, yes[i]))
			return *value = true;
		if (!strcasecmp(text, no[i])) {
			*value = false;
			return true;
		}
	}
	return false;
}

uint64_t txt_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3ull;
	return hash;
}

char *txt_shell_quote(const char *text)
{
	char *quoted = NULL;
	size_t size;
	FILE *out = txt_checked(open_memstream(&quoted, &size));

	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputc('\'', out);
	fclose(out);
	return quoted;
}
