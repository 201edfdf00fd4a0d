// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-txt.c - test strings, lists of words, sizes and numbers (labs/base/txt.c, name.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include <limits.h>

#include "base/name.h"
#include "base/txt.h"

static bool size_is(const char *text, uint64_t unit, uint64_t want)
{
	uint64_t size = 1;

	return txt_size_parse(text, unit, &size) && size == want;
}

static bool no_size(const char *text)
{
	uint64_t size = 77;

	return !txt_size_parse(text, 1, &size) && size == 77;
}

static void sizes(void)
{
	ok(size_is("64", 1 << 20, 64 << 20), "a size without a letter counts in the caller's unit");
	ok(size_is("64k", 1, 64 << 10) && size_is("64K", 1, 64 << 10),
	   "the letter of a size can be in either case");
	ok(size_is("0.5g", 1, 512 << 20), "a size can have a fraction");
	ok(size_is("64MB", 1, 64 << 20) && size_is("64MiB", 1, 64 << 20), "MB and MiB mean M");
	ok(size_is("0", 1, 0), "zero is a size");
	ok(no_size("") && no_size("x") && no_size("-1") && no_size(" 1"), "text is not a size");
	ok(no_size("1x") && no_size("1MM") && no_size("1M1"), "garbage after a number is rejected");
	ok(no_size("nan") && no_size("inf") && no_size("1e400"), "nan and infinity are not sizes");
	ok(no_size("99999999999999999999") && no_size("9999999999t"),
	   "sizes that overflow are rejected");
	ok(!strcmp(txt_size(0), "0 B") && !strcmp(txt_size(1536), "1.5 KB"),
	   "sizes are printed with a unit");
	ok(strlen(txt_size(UINT64_MAX)) < 20,
	   "the largest size is printed in less than 20 characters");
}

static void numbers(void)
{
	long value = 5;
	bool truth = true;

	ok(txt_int_parse("-3", -5, 5, &value) && value == -3,
	   "a number inside the range is accepted");
	value = 5;
	ok(!txt_int_parse("6", 0, 5, &value) && value == 5,
	   "a number above the range is rejected and the value is kept");
	ok(!txt_int_parse("", 0, 5, &value) && !txt_int_parse("1 ", 0, 5, &value) &&
	   !txt_int_parse("1x", 0, 5, &value), "empty text and garbage are not numbers");
	ok(!txt_int_parse("99999999999999999999", 0, LONG_MAX, &value),
	   "a number that overflows is rejected");
	ok(txt_bool_parse("Yes", &truth) && truth && txt_bool_parse("OFF", &truth) && !truth,
	   "words for true and false are accepted in either case");
	truth = true;
	ok(!txt_bool_parse("", &truth) && !txt_bool_parse("2", &truth) && truth,
	   "other words are neither true nor false");
}

static void lists(void)
{
	struct words words = { 0 };

	words_split(&words, ",,b,a,,", ",");
	ok(words.nr == 2 && !words.at[2] && !strcmp(words.at[0], "b"), "empty parts are dropped");
	words_split(&words, "", ",");
	ok(words.nr == 2, "empty text adds nothing");
	words_add(&words, "pc10");
	words_add(&words, "pc2");
	words_sort(&words);
	ok(!strcmp(words.at[2], "pc2") && !strcmp(words.at[3], "pc10"),
	   "words are sorted by the numbers in them");
	ok(!strcmp(words_join(&words, "-"), "a-b-pc2-pc10"),
	   "words_join() puts the separator between the words");
	ok(words_have(&words, "pc2") && !words_have(&words, "pc"),
	   "words_have() compares whole words");
	words_release(&words);
	ok(!words.nr && !words.at, "a released list is empty");
	ok(!strcmp(words_join(&words, "-"), ""), "an empty list joins to empty text");
	words_sort(&words);
	ok(!words_nearest(&words, "x"), "an empty list has no nearest word");
}

static void nearest(void)
{
	struct words words = { 0 };
	char *giant = malloc(100001);

	words_add(&words, "sysctl");
	words_add(&words, "mem");
	ok(words_nearest(&words, "sysclt") && words_nearest(&words, "MEM"),
	   "a misspelt word finds the nearest one");
	ok(!words_nearest(&words, "volume"), "a different word is not suggested");
	memset(giant, 'a', 100000);
	giant[100000] = '\0';
	words_add(&words, giant);
	ok(!words_nearest(&words, giant + 1) || true,
	   "very long words are compared without a fault");
	free(giant);
}

static void texts(void)
{
	char blanks[] = " \t a b \n", only[] = "   ";

	ok(!strcmp(txt_trim(blanks), "a b") && !strcmp(txt_trim(only), ""),
	   "txt_trim() removes blanks at both ends");
	ok(txt_starts("abc", "ab") && !txt_starts("a", "ab") && txt_starts("a", ""),
	   "txt_starts() compares the start of a text");
	ok(txt_ends("abc", "bc") && !txt_ends("c", "bc") && txt_ends("a", ""),
	   "txt_ends() compares the end of a text");
	ok(!strcmp(txt_shell_quote("it's"), "'it'\\''s'"), "a quote is quoted for the shell");
	ok(!strcmp(txt_shell_quote("$(rm)\n`x`"), "'$(rm)\n`x`'"),
	   "other special characters are protected by the quotes");
	ok(txt_hash("") == 0xcbf29ce484222325ull && txt_hash("a") == 0xaf63dc4c8601ec8cull,
	   "the hash is FNV-1a");
}

static void growing(void)
{
	int *numbers = NULL;
	bool zeroed = true;

	for (int i = 0; i < 1000; i++) {
		numbers = txt_grow(numbers, i, sizeof(*numbers));
		zeroed &= numbers[i] == 0;
		numbers[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		zeroed &= numbers[i] == i;
	ok(zeroed, "an array grows by zeroed elements and keeps its content");
	free(numbers);
}

static void names(void)
{
	char longest[NAME_LENGTH_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	longest[NAME_LENGTH_MAX + 1] = '\0';
	ok(!name_valid(longest) && name_valid(longest + 1),
	   "a name can have at most 63 characters");
	ok(name_valid("pc1") && name_valid("r_1.a-b") && name_valid("7"), "usual names are valid");
	ok(!name_valid("") && !name_valid(".") && !name_valid("..") && !name_valid("-x"),
	   "names that look like a path or an option are rejected");
	ok(!name_valid("a/b") && !name_valid("a b") && !name_valid("a\n") &&
	   !name_valid("\xc3\xa9"),
	   "slashes, blanks, control and non-ASCII characters are rejected");
}

/* Do not report leaks: the lists live until the program ends, as in umlab. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	sizes();
	numbers();
	lists();
	nearest();
	texts();
	growing();
	names();
	return tap_done();
}
