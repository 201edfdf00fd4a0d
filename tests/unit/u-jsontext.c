// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-jsontext.c - test JSON from any text (labs/base/jsontext.c)
 */
#include "tap.h"

#include "base/jsontext.h"

/* Writes the text as JSON and reads it again. *raw is what was written. */
static char *there_and_back(const char *text, char **raw)
{
	size_t size;
	FILE *out = open_memstream(raw, &size);
	json_t *list = json_array(), *back;
	const char *value;
	char *copy;

	json_array_append_new(list, jsontext_value(text));
	jsontext_write(list, out);
	fclose(out);
	back = json_loadb(*raw, size, 0, NULL);
	value = json_string_value(json_array_get(back, 0));
	copy = value ? strdup(value) : NULL;
	json_decref(back);
	return copy;
}

static bool same(const char *text, const char *want)
{
	char *raw, *back = there_and_back(text, &raw);
	bool good = back && !strcmp(back, want) && !strpbrk(raw, "\033\x7f\r") &&
		    !strstr(raw, "\xc2\x9b") && !strstr(raw, "\xe2\x80\xae");

	if (!good)
		diag("%s", raw);
	free(back);
	free(raw);
	return good;
}

int main(void)
{
	char *raw, *back, text[8];
	bool good = true;

	ok(same("plain \"text\"\n\\", "plain \"text\"\n\\"), "plain text keeps its characters");
	ok(same("\033[2J\x7f\xc2\x9b\u202e", "\033[2J\x7f\xc2\x9b\u202e"),
	   "what a terminal would obey is escaped, and a program gets it back");
	ok(same("\U000e0041\U0001f427", "\U000e0041\U0001f427"),
	   "characters beyond 16 bits are kept");
	ok(same("\xff\xfe\xc3(", "??" "?("), "invalid UTF-8 gives a text, not a missing value");
	for (int a = 1; a < 256; a++)
		for (int b = 1; b < 256; b += 7) {
			snprintf(text, sizeof(text), "x%c%cy", a, b);
			back = there_and_back(text, &raw);
			good &= back && *back == 'x' && back[strlen(back) - 1] == 'y';
			free(back);
			free(raw);
		}
	ok(good, "pairs of bytes give valid JSON");
	back = there_and_back(NULL, &raw);
	ok(!back && strstr(raw, "null"), "a missing text is null");
	free(raw);
	return tap_done();
}
