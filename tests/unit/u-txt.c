// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-txt.c - strings, lists of words, sizes and numbers (labs/base/txt.c, name.c)
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
	   "letters may be of either case");
	ok(size_is("0.5g", 1, 512 << 20), "fractions are sizes");
	ok(size_is("64MB", 1, 64 << 20) && size_is("64MiB", 1, 64 << 20), "MB and MiB mean M");
	ok(size_is("0", 1, 0), "zero is a size");
	ok(no_size("") && no_size("x") && no_size("-1") && no_size(" 1"), "text is not a size");
	ok(no_size("1x") && no_size("1MM") && no_size("1M1"), "rubbish behind a number is refused");
	ok(no_size("nan") && no_size("inf") && no_size("1e400"), "nan and infinity are not sizes");
	ok(no_size("99999999999999999999") && no_size("9999999999t"), "absurd sizes are refused");
	ok(!strcmp(txt_size(0), "0 B") && !strcmp(txt_size(1536), "1.5 KB"),
	   "sizes are shown short");
	ok(strlen(txt_size(UINT64_MAX)) < 20, "the largest size is shown too");
}

static void numbers(void)
{
	long value = 5;
	bool truth = true;

	ok(txt_int_parse("-3", -5, 5, &value) && value == -3, "a number inside the range is taken");
	value = 5;
	ok(!txt_int_parse("6", 0, 5, &value) && value == 5, "a number above the range is refused");
	ok(!txt_int_parse("", 0, 5, &value) && !txt_int_parse("1 ", 0, 5, &value) &&
	   !txt_int_parse("1x", 0, 5, &value), "empty text and rubbish are refused");
	ok(!txt_int_parse("99999999999999999999", 0, LONG_MAX, &value), "an overflow is refused");
	ok(txt_bool_parse("Yes", &truth) && truth && txt_bool_parse("OFF", &truth) && !truth,
	   "words for true and false are taken in either case");
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
	ok(!strcmp(words.at[2], "pc2") && !strcmp(words.at[3], "pc10"), "numbers in names count");
	ok(!strcmp(words_join(&words, "-"), "a-b-pc2-pc10"), "joining puts the text between");
	ok(words_have(&words, "pc2") && !words_have(&words, "pc"), "words are compared as a whole");
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
	   "typing errors are found");
	ok(!words_nearest(&words, "volume"), "a different word is not suggested");
	memset(giant, 'a', 100000);
	giant[100000] = '\0';
	words_add(&words, giant);
	ok(!words_nearest(&words, giant + 1) || true, "very long words do no harm");
	free(giant);
}

static void texts(void)
{
	char blanks[] = " \t a b \n", only[] = "   ";

	ok(!strcmp(txt_trim(blanks), "a b") && !strcmp(txt_trim(only), ""), "trim cuts both ends");
	ok(txt_starts("abc", "ab") && !txt_starts("a", "ab") && txt_starts("a", ""), "starts");
	ok(txt_ends("abc", "bc") && !txt_ends("c", "bc") && txt_ends("a", ""), "ends");
	ok(!strcmp(txt_shell_quote("it's"), "'it'\\''s'"), "a quote is quoted for the shell");
	ok(!strcmp(txt_shell_quote("$(rm)\n`x`"), "'$(rm)\n`x`'"), "nothing else needs care");
	ok(txt_hash("") == 0xcbf29ce484222325ull && txt_hash("a") == 0xaf63dc4c8601ec8cull,
	   "the hash is FNV-1a");
}

static bool sanitized(const char *text, enum txt_keep keep, const char *want)
{
	char *clean = txt_sanitize(text, keep);
	bool same = !strcmp(clean, want);

	if (!same)
		diag("became: %s", clean);
	free(clean);
	return same;
}

static void sanitizing(void)
{
	ok(sanitized("a\n\tb\033[1m\x7f", TXT_KEEP_LINES, "a\n\tb?[1m?"), "control characters go");
	ok(sanitized("a\nb", TXT_KEEP_NONE, "a?b") && sanitized("\033", TXT_KEEP_ALL, "\033"),
	   "the caller says which ones");
	ok(sanitized("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7", TXT_KEEP_NONE,
		     "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7"), "UTF-8 stays");
	ok(sanitized("\xff\xc3", TXT_KEEP_ALL, "??") && sanitized("\xe2\x82", TXT_KEEP_ALL, "??") &&
	   sanitized("\xc3(", TXT_KEEP_ALL, "?("), "cut characters do not");
	ok(sanitized("\xc0\x80\xed\xa0\x80", TXT_KEEP_ALL, "?????") &&
	   sanitized("\xf4\x90\x80\x80", TXT_KEEP_ALL, "????"),
	   "neither do overlong ones, surrogates and what lies behind Unicode");
	ok(sanitized("\xc2\x9b", TXT_KEEP_LINES, "?"), "control characters of two bytes go too");
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
	ok(zeroed, "an array grows zeroed and keeps its content");
	free(numbers);
}

static void names(void)
{
	char longest[NAME_LENGTH_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	longest[NAME_LENGTH_MAX + 1] = '\0';
	ok(!name_valid(longest) && name_valid(longest + 1), "a name has at most 63 letters");
	ok(name_valid("pc1") && name_valid("r_1.a-b") && name_valid("7"), "usual names are valid");
	ok(!name_valid("") && !name_valid(".") && !name_valid("..") && !name_valid("-x"),
	   "names that a path or an option would mean are refused");
	ok(!name_valid("a/b") && !name_valid("a b") && !name_valid("a\n") &&
	   !name_valid("\xc3\xa9"),
	   "slashes, blanks, control characters and other letters are refused");
}

/* The lists here live until the program ends, as in the command. */
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
	sanitizing();
	growing();
	names();
	return tap_done();
}
