// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-report.c - fuzz the reports of checks (labs/check/check_report.c)
 *
 * The input is cut into texts: outputs of commands, titles, hints, console output. Each report must
 * hold each check once, whatever the texts are.
 */
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "check/check_report.h"
#include "fuzz.h"

enum { CHECKS = 4 };

/* Takes a text with a size of one byte before it. The size 255 stands for NULL. */
static char *text_take(struct fuzz_input *input)
{
	size_t size = fuzz_byte(input);
	const uint8_t *data;

	if (size == 255)
		return NULL;
	data = fuzz_bytes(input, size, &size);
	return strndup((const char *)data, size);
}

static char *report(const struct checks *checks, enum check_form form, size_t *size)
{
	char *text;
	FILE *out = open_memstream(&text, size);

	check_report(checks, "lab", form, out);
	fclose(out);
	fuzz_check(strlen(text) == *size);
	return text;
}

static int lines_that_start(const char *text, const char *start)
{
	int nr = !strncmp(text, start, strlen(start));

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		nr += !strncmp(at + 1, start, strlen(start));
	return nr;
}

static int count(const char *text, const char *word)
{
	int nr = 0;

	for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
		nr++;
	return nr;
}

static void json_check(const char *text, size_t size)
{
	json_t *json = json_loadb(text, size, 0, NULL);

	fuzz_check(json && json_array_size(json_object_get(json, "checks")) == CHECKS);
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct check list[CHECKS] = { 0 };
	struct checks checks = { .at = list, .nr = CHECKS };
	size_t text_size;
	char *text;

	for (int i = 0; i < CHECKS; i++) {
		list[i].verdict = fuzz_byte(&input) % 3;
		list[i].title = text_take(&input);
		if (!list[i].title)
			list[i].title = strdup("");
		list[i].found = text_take(&input);
		list[i].hint = text_take(&input);
		list[i].console = text_take(&input);
		list[i].machine = text_take(&input);
		list[i].points = 1;
	}
	text = report(&checks, CHECK_JSON, &text_size);
	json_check(text, text_size);
	free(text);
	text = report(&checks, CHECK_TAP, &text_size);
	fuzz_check(lines_that_start(text, "ok - ") + lines_that_start(text, "not ok - ") == CHECKS);
	fuzz_check(lines_that_start(text, "1..") == 1);
	fuzz_check(lines_that_start(text, "not ok - ") == check_count(&checks, CHECK_FAIL));
	fuzz_check(!strpbrk(text, "\033\r\a\b"));
	free(text);
	text = report(&checks, CHECK_JUNIT, &text_size);
	fuzz_check(count(text, "<testcase ") == CHECKS && count(text, "</testcase>") == CHECKS);
	fuzz_check(count(text, "<failure ") == check_count(&checks, CHECK_FAIL));
	free(text);
	free(report(&checks, CHECK_CSV, &text_size));
	text = report(&checks, CHECK_TABLE, &text_size);
	fuzz_check(lines_that_start(text, "  PASS") + lines_that_start(text, "  FAIL") +
		   lines_that_start(text, "  SKIP") == CHECKS);
	free(text);
	for (int i = 0; i < CHECKS; i++) {
		free(list[i].title);
		free(list[i].found);
		free(list[i].hint);
		free(list[i].console);
		free(list[i].machine);
	}
	return 0;
}
