// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-clean.c - test the filter of text for terminals (labs/base/clean.c)
 */
#include "tap.h"

#include "base/clean.h"

static bool cleaned(const char *text, enum clean_keep keep, const char *want)
{
	char *clean = clean_text(text, keep);
	bool same = !strcmp(clean, want);

	if (!same)
		diag("cleaned to: %s", clean);
	free(clean);
	return same;
}

static void texts(void)
{
	char *clean;

	ok(cleaned("a\n\tb\033[1m\x7f\r", CLEAN_LINES, "a\n\tb?[1m??"),
	   "control characters are replaced");
	ok(cleaned("a\nb", CLEAN_ONE_LINE, "a?b") && cleaned("\033", CLEAN_VALID, "\033"),
	   "the caller chooses the control characters to keep");
	ok(cleaned("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7", CLEAN_ONE_LINE,
		   "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7"), "valid UTF-8 is kept");
	ok(cleaned("\xff\xc3", CLEAN_VALID, "??") && cleaned("\xe2\x82", CLEAN_VALID, "??") &&
	   cleaned("\xc3(", CLEAN_VALID, "?("), "truncated UTF-8 characters are replaced");
	ok(cleaned("\xc0\x80\xed\xa0\x80", CLEAN_VALID, "?????") &&
	   cleaned("\xf4\x90\x80\x80", CLEAN_VALID, "????"),
	   "overlong characters, surrogates and values beyond Unicode are replaced");
	ok(cleaned("\xc2\x9b", CLEAN_LINES, "?"),
	   "control characters of two bytes are replaced");
	ok(cleaned("a\u202eb\u2066c\u200fd\u061ce", CLEAN_LINES, "a?b?c?d?e"),
	   "characters that change the direction of text are replaced");
	ok(cleaned("a\u2028b\ufeffc\u200bd\U000e0041e\uffff", CLEAN_LINES, "a?b?c?d?e?"),
	   "separators of lines, invisible characters and noncharacters are replaced");
	clean = clean_bytes("a\0b", 3, CLEAN_VALID);
	ok(!strcmp(clean, "a?b"), "a NUL inside does not hide what follows");
	free(clean);
}

static bool streamed(const char *text, const char *want)
{
	struct clean_stream stream = { 0 };
	char *out;
	size_t size;
	FILE *file = open_memstream(&out, &size);
	bool same;

	/* One byte at a time is the hardest case. */
	for (const char *at = text; *at; at++)
		clean_stream_print(&stream, at, 1, file);
	fclose(file);
	same = !strcmp(out, want);
	if (!same)
		diag("streamed: %s", out);
	free(out);
	return same;
}

static void streams(void)
{
	ok(streamed("\033[1;31mred\033[0m\r\n", "red\n"), "colours leave their text");
	ok(streamed("\033]0;title\aa\033]8;;x\033\\b\033Pq\033\\c", "abc"),
	   "titles, links and other strings are left out");
	ok(streamed("\033(Ba\0337b\033[?25lc\033#8d", "abcd"),
	   "other sequences are left out");
	ok(streamed("\xc3\xa9\xe2\x82\xac \xff \xc3(", "\xc3\xa9\xe2\x82\xac ? ?("),
	   "characters survive being cut, and invalid ones are marked");
	ok(streamed("\033]0;never ends\nline", "\nline") && streamed("\033[\nline", "\nline"),
	   "an unfinished sequence does not hide the lines after it");
	ok(streamed("rm\b\b\b\rls\x9b\x30m", "rmls?0m"),
	   "characters that overwrite others are left out");
	ok(streamed("a\xc2\x9b" "31mb\u202ec", "a31mb?c"),
	   "controls of two bytes have no effect");
}

int main(void)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	texts();
	streams();
	clean_printf(out, "%s-%d\n", "\033[2J", 7);
	fclose(out);
	ok(!strcmp(text, "?[2J-7\n"), "clean_printf() cleans what it formats");
	free(text);
	return tap_done();
}
