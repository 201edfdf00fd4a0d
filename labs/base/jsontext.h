/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jsontext.h - make JSON from any text, and print it safely
 */
#ifndef JSONTEXT_H
#define JSONTEXT_H

#include <jansson.h>
#include <stdio.h>

/*
 * Returns a JSON string, with '?' in place of bytes that are not UTF-8. NULL gives null. The
 * functions of jansson refuse invalid UTF-8 instead, and whatever holds the text would be missing.
 */
json_t *jsontext_value(const char *text);
/* Prints @value, indented and with sorted keys, and a newline. Releases @value. */
void jsontext_write(json_t *value, FILE *out);

#endif
