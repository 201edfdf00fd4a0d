// SPDX-License-Identifier: GPL-2.0-only
/*
 * clean.c - make text from guests and labs safe to show on a terminal
 *
 * Everything that comes from a guest or from somebody's lab may hold escape sequences for the
 * terminal of the person who looks at it, or characters that reorder or hide what stands beside
 * them. All such text that umlab prints passes through this file: messages (tell.c), tables
 * (table.c), JSON (jsontext.c), reports of checks and the verbs' own lines. Only what a session or
 * a console carries passes unchanged, because there the guest's terminal is the purpose.
 */
#include "base/clean.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/txt.h"

int clean_decode(const char *data, size_t size, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)data;
	int length;

	if (!size)
		return 0;
	length = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0;
	if (!length || (size_t)length > size)
		return 0;
	*code = length == 1 ? *at : *at & (0x7f >> length);
	for (int i = 1; i < length; i++) {
		if (at[i] >> 6 != 2)
			return 0;
		*code = *code << 6 | (at[i] & 0x3f);
	}
	if (length > 1 &&
	    (*code < least[length] || *code > 0x10ffff || *code >> 11 == 0x1b))
		return 0;
	return length;
}

bool clean_is_visible(uint32_t code)
{
	/* Ranges that terminals obey, that reorder or hide text, or that hold no characters. */
	static const struct { uint32_t first, last; } harmful[] = {
		{ 0x0000, 0x001f },	/* control characters */
		{ 0x007f, 0x009f },	/* delete; controls, which some terminals obey too */
		{ 0x061c, 0x061c }, { 0x200e, 0x200f },		/* marks of direction */
		{ 0x180e, 0x180e }, { 0x200b, 0x200b }, { 0x2060, 0x2064 },	/* no width */
		{ 0x2028, 0x202e },	/* separators of lines, overrides of direction */
		{ 0x2066, 0x206f },	/* isolates of direction, deprecated formats */
		{ 0xd800, 0xdfff }, { 0xfdd0, 0xfdef },		/* not characters */
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },	/* byte order mark, annotations */
		{ 0xe0000, 0xe007f },	/* invisible tags */
	};

	for (size_t i = 0; i < sizeof(harmful) / sizeof(*harmful); i++)
		if (code >= harmful[i].first && code <= harmful[i].last)
			return false;
	return (code & 0xfffe) != 0xfffe && code <= 0x10ffff;
}

static bool is_kept(uint32_t code, enum clean_keep keep)
{
	if (keep == CLEAN_VALID)
		return code != 0;
	if (keep == CLEAN_LINES && (code == '\n' || code == '\t'))
		return true;
	return clean_is_visible(code);
}

char *clean_bytes(const char *data, size_t size, enum clean_keep keep)
{
	char *clean = txt_alloc(size + 1, 1), *to = clean;
	uint32_t code;

	for (size_t at = 0; at < size;) {
		int length = clean_decode(data + at, size - at, &code);

		if (length && is_kept(code, keep)) {
			memcpy(to, data + at, length);
			to += length;
		} else {
			*to++ = '?';
		}
		at += length ? length : 1;
	}
	return clean;
}

char *clean_text(const char *text, enum clean_keep keep)
{
	return clean_bytes(text, strlen(text), keep);
}

void clean_printf(FILE *out, const char *fmt, ...)
{
	char *text, *clean;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	clean = clean_text(txt_checked(text), CLEAN_LINES);
	fputs(clean, out);
	free(clean);
	free(text);
}

/* ---- the output of a console ------------------------------------------------------------- */

/* Prints one character of text. A carriage return would overwrite the line, so it is left out. */
static void stream_text(const char *data, size_t size, FILE *out)
{
	uint32_t code;
	int length = clean_decode(data, size, &code);

	if (length && (clean_is_visible(code) || code == '\n' || code == '\t'))
		fwrite(data, 1, length, out);
	else if (!length || code > 0x9f)
		fputc('?', out);
}

/* Collects the bytes of a UTF-8 character, and prints it when it is complete or invalid. */
static void stream_part(struct clean_stream *stream, unsigned char byte, FILE *out)
{
	static const unsigned char lengths[16] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4 };
	size_t wanted;

	/* A byte that cannot continue the character begins another. */
	if (stream->part_size && byte >> 6 != 2) {
		stream_text(stream->part, stream->part_size, out);
		stream->part_size = 0;
	}
	stream->part[stream->part_size++] = byte;
	wanted = lengths[(unsigned char)stream->part[0] >> 4];
	if (stream->part_size >= wanted) {
		stream_text(stream->part, stream->part_size, out);
		stream->part_size = 0;
	}
}

static void stream_byte(struct clean_stream *stream, unsigned char byte, FILE *out)
{
	/* These bytes end any sequence. A newline does too, so that nothing hides later lines. */
	if (byte == 0x18 || byte == 0x1a || byte == '\n')
		stream->state = STREAM_TEXT;
	if (byte == 0x1b) {
		stream->state = stream->state == STREAM_STRING ? STREAM_STRING_END : STREAM_ESCAPE;
		return;
	}
	switch (stream->state) {
	case STREAM_TEXT:
		stream_part(stream, byte, out);
		break;
	case STREAM_ESCAPE:
		if (byte == '[')
			stream->state = STREAM_CSI;
		else if (byte && strchr("]PX^_", byte))
			stream->state = STREAM_STRING;
		else if (byte < 0x20 || byte > 0x2f)
			stream->state = STREAM_TEXT;
		break;
	case STREAM_CSI:
		if (byte >= 0x40)
			stream->state = STREAM_TEXT;
		break;
	case STREAM_STRING:
		if (byte == '\a')
			stream->state = STREAM_TEXT;
		break;
	case STREAM_STRING_END:
		stream->state = byte == '\\' ? STREAM_TEXT : STREAM_STRING;
		break;
	}
}

void clean_stream_print(struct clean_stream *stream, const char *data, size_t size, FILE *out)
{
	for (size_t i = 0; i < size; i++)
		stream_byte(stream, data[i], out);
}
