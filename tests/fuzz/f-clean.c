// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-clean.c - fuzz the filter of text for terminals (labs/base/clean.c, jsontext.c)
 *
 * The input is text from a guest. What comes out must be valid UTF-8 without control characters,
 * JSON must be valid and hold the same text, and a stream may be cut anywhere.
 */
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/clean.h"
#include "base/jsontext.h"
#include "fuzz.h"

static bool is_safe(const char *text, size_t size, bool lines)
{
	uint32_t code;

	for (size_t at = 0; at < size;) {
		int length = clean_decode(text + at, size - at, &code);

		if (!length || !(clean_is_visible(code) ||
				 (lines && (code == '\n' || code == '\t'))))
			return false;
		at += length;
	}
	return true;
}

static void json_check(const char *text)
{
	char *valid = clean_text(text, CLEAN_VALID), *out;
	json_t *list = json_array(), *back;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	json_array_append_new(list, jsontext_value(text));
	jsontext_write(list, file);
	fclose(file);
	fuzz_check(is_safe(out, size, true));
	back = json_loadb(out, size, 0, NULL);
	fuzz_check(back && json_array_size(back) == 1);
	fuzz_check(!strcmp(json_string_value(json_array_get(back, 0)), valid));
	json_decref(back);
	free(valid);
	free(out);
}

static char *streamed(const char *data, size_t size, size_t piece, size_t *out_size)
{
	struct clean_stream stream = { 0 };
	char *out;
	FILE *file = open_memstream(&out, out_size);

	for (size_t at = 0; at < size; at += piece)
		clean_stream_print(&stream, data + at, size - at < piece ? size - at : piece, file);
	fclose(file);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char *clean = clean_bytes(text, size, CLEAN_ONE_LINE), *again, *whole, *pieces;
	size_t whole_size, pieces_size;

	fuzz_check(strlen(clean) <= size && is_safe(clean, strlen(clean), false));
	again = clean_text(clean, CLEAN_ONE_LINE);
	fuzz_check(!strcmp(clean, again));
	free(again);
	free(clean);
	clean = clean_bytes(text, size, CLEAN_LINES);
	fuzz_check(is_safe(clean, strlen(clean), true));
	free(clean);
	whole = streamed(text, size, size ? size : 1, &whole_size);
	pieces = streamed(text, size, 1, &pieces_size);
	fuzz_check(whole_size == pieces_size && !memcmp(whole, pieces, whole_size));
	fuzz_check(is_safe(whole, whole_size, true));
	free(whole);
	free(pieces);
	clean = strndup(text, size);
	json_check(clean);
	free(clean);
	return 0;
}
