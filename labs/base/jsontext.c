// SPDX-License-Identifier: GPL-2.0-only
/*
 * jsontext.c - make JSON from any text, and print it safely
 *
 * Called by the reports of checks and by the verbs for --json. The output is valid JSON whatever
 * a guest or a lab supplied, and harmless when it is shown on a terminal: characters that a
 * terminal might obey are written as \uXXXX, so a program that parses the output loses nothing.
 */
#include "base/jsontext.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/txt.h"

json_t *jsontext_value(const char *text)
{
	char *valid;
	json_t *value;

	if (!text)
		return json_null();
	valid = clean_text(text, CLEAN_VALID);
	value = txt_checked(json_string(valid));
	free(valid);
	return value;
}

static void escape_print(uint32_t code, FILE *out)
{
	if (code > 0xffff)
		fprintf(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
			0xdc00 + (code & 0x3ff));
	else
		fprintf(out, "\\u%04x", code);
}

void jsontext_write(json_t *value, FILE *out)
{
	char *text = txt_checked(json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS |
						   JSON_ENCODE_ANY));
	size_t size = strlen(text);
	uint32_t code;

	for (size_t at = 0; at < size;) {
		int length = clean_decode(text + at, size - at, &code);

		/* jansson writes valid UTF-8, and the only newlines are those between values. */
		if (!length || code == '\n' || clean_is_visible(code))
			fwrite(text + at, 1, length ? length : 1, out);
		else
			escape_print(code, out);
		at += length ? length : 1;
	}
	fputc('\n', out);
	free(text);
	json_decref(value);
}
