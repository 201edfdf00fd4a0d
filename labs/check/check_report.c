// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_report.c - print the results of claims as a table, TAP, JSON, JUnit XML or CSV
 *
 * Called by `umlab check` and check_selftest.c. Titles and hints come from the author of the
 * check file, but output comes from the machines of students. Such output may contain escape
 * sequences for the teacher's terminal or lines that look like results, so all forms sanitize it.
 */
#include "check/check_report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/tell.h"
#include "base/txt.h"

static const char *const verdicts[] = {
	[CHECK_PASS] = "PASS",
	[CHECK_FAIL] = "FAIL",
	[CHECK_SKIP] = "SKIP",
};

/* Returns the points that were reached, or all that are possible. Skipped claims do not count. */
static double points(const struct checks *checks, bool reached)
{
	double sum = 0;

	for (int i = 0; i < checks->nr; i++)
		if (checks->at[i].verdict == CHECK_PASS ||
		    (!reached && checks->at[i].verdict == CHECK_FAIL))
			sum += checks->at[i].points;
	return sum;
}

static void report_table(const struct checks *checks, const char *name, FILE *out)
{
	static const char *const colors[] = {
		[CHECK_PASS] = "\033[32m", [CHECK_FAIL] = "\033[31m", [CHECK_SKIP] = "\033[33m",
	};
	bool fancy = tell_fancy(fileno(out)), verbose = tell_level >= TELL_VERBOSE;

	fprintf(out, "%s\n", name);
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];
		char *title = txt_sanitize(check->title, TXT_KEEP_NONE);
		char *found = txt_sanitize(check->found ? check->found : "", TXT_KEEP_LINES);

		fprintf(out, "  %s%s%s  %s\n", fancy ? colors[check->verdict] : "",
			verdicts[check->verdict], fancy ? "\033[0m" : "", title);
		if (check->verdict == CHECK_SKIP && *found)
			fprintf(out, "        %s\n", found);
		if (check->verdict == CHECK_FAIL) {
			if (check->command && verbose)
				fprintf(out, "        $ %s\n        status %d\n",
					txt_sanitize(check->command,
						     TXT_KEEP_LINES), check->found_status);
			if (*found && verbose)
				fprintf(out, "        %s\n", txt_trim(found));
			if (check->hint)
				fprintf(out, _("        hint: %s\n"),
					txt_sanitize(check->hint, TXT_KEEP_LINES));
		}
		free(title);
		free(found);
	}
	fprintf(out, _("%d passed, %d failed, %d skipped; %g of %g points\n"),
		check_count(checks, CHECK_PASS), check_count(checks, CHECK_FAIL),
		check_count(checks, CHECK_SKIP), points(checks, true), points(checks, false));
}

static void report_tap(const struct checks *checks, FILE *out)
{
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];
		bool fails = check->verdict == CHECK_FAIL, skips = check->verdict == CHECK_SKIP;
		char *title = txt_sanitize(check->title, TXT_KEEP_NONE);
		char *found = txt_sanitize(check->found ? check->found : "",
					   skips ? TXT_KEEP_NONE : TXT_KEEP_LINES);
		char *rest = found, *line;

		fprintf(out, "%sok - %s%s%s\n", fails ? "not " : "", title, skips ? " # SKIP " : "",
			skips ? found : "");
		while (fails && (line = strsep(&rest, "\n")))
			if (*line)
				fprintf(out, "# %s\n", line);
		free(title);
		free(found);
	}
	fprintf(out, "1..%d\n", checks->nr);
}

/* Makes a JSON string: keeps control characters, but replaces invalid UTF-8. NULL gives null. */
static json_t *json_text(const char *text)
{
	char *valid;
	json_t *value;

	if (!text)
		return json_null();
	valid = txt_sanitize(text, TXT_KEEP_ALL);
	value = json_string(valid);
	free(valid);
	return value;
}

static json_t *check_json(const struct check *check)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:i, s:o, s:f, s:o, s:o, s:o}",
			 "title", json_text(check->title), "verdict", verdicts[check->verdict],
			 "machine", json_text(check->machine), "command", json_text(check->command),
			 "status", check->found_status, "output", json_text(check->found),
			 "points", check->points, "hint", json_text(check->hint),
			 "console", json_text(check->console),
			 "snapshots", json_text(check->snapshots));
}

static void report_json(const struct checks *checks, const char *name, FILE *out)
{
	json_t *list = json_array(), *object;

	for (int i = 0; i < checks->nr; i++)
		json_array_append_new(list, check_json(&checks->at[i]));
	object = json_pack("{s:o, s:f, s:f, s:o}", "lab", json_text(name),
			   "points", points(checks, true), "of", points(checks, false),
			   "checks", list);
	json_dumpf(object, out, JSON_INDENT(2) | JSON_SORT_KEYS);
	fputc('\n', out);
	json_decref(object);
}

/* Prints XML text. Newline and tab are the only control characters that XML allows. */
static void xml(const char *text, FILE *out)
{
	char *clean = txt_sanitize(text ? text : "", TXT_KEEP_LINES);

	for (const char *at = clean; *at; at++)
		switch (*at) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		default: fputc(*at, out);
		}
	free(clean);
}

static void report_junit(const struct checks *checks, const char *name, FILE *out)
{
	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"");
	xml(name, out);
	fprintf(out, "\" tests=\"%d\" failures=\"%d\" skipped=\"%d\">\n", checks->nr,
		check_count(checks, CHECK_FAIL), check_count(checks, CHECK_SKIP));
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];
		const char *tag = check->verdict == CHECK_FAIL ? "failure" : "skipped";

		fputs("  <testcase classname=\"", out);
		xml(check->machine ? check->machine : "lab", out);
		fputs("\" name=\"", out);
		xml(check->title, out);
		fputs("\">", out);
		if (check->verdict != CHECK_PASS) {
			fprintf(out, "<%s message=\"status %d\">", tag, check->found_status);
			xml(check->found, out);
			fprintf(out, "</%s>", tag);
		}
		fputs("</testcase>\n", out);
	}
	fprintf(out, "</testsuite>\n");
}

static void csv(const char *text, FILE *out)
{
	char *clean = txt_sanitize(text ? text : "", TXT_KEEP_LINES);

	fputc('"', out);
	for (const char *at = clean; *at; at++) {
		if (*at == '"')
			fputc('"', out);
		fputc(*at, out);
	}
	fputs("\",", out);
	free(clean);
}

static void report_csv(const struct checks *checks, const char *name, FILE *out)
{
	fputs("lab,machine,title,verdict,points,of\n", out);
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];
		double reached = check->verdict == CHECK_PASS ? check->points : 0;

		csv(name, out);
		csv(check->machine, out);
		csv(check->title, out);
		fprintf(out, "%s,%g,%g\n", verdicts[check->verdict], reached, check->points);
	}
}

void check_report(const struct checks *checks, const char *name, enum check_form form, FILE *out)
{
	switch (form) {
	case CHECK_TABLE: report_table(checks, name, out); break;
	case CHECK_TAP: report_tap(checks, out); break;
	case CHECK_JSON: report_json(checks, name, out); break;
	case CHECK_JUNIT: report_junit(checks, name, out); break;
	case CHECK_CSV: report_csv(checks, name, out); break;
	}
}
