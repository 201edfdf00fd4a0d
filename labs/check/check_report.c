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

#include "base/clean.h"
#include "base/jsontext.h"
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

/* Prints a text after @mark, and repeats the mark at each line, so that no line looks like ours. */
static void marked(const char *mark, const char *text, FILE *out)
{
	char *clean = clean_text(text, CLEAN_LINES), *rest = txt_trim(clean), *line;

	while ((line = strsep(&rest, "\n")))
		fprintf(out, "        %s%s\n", mark, line);
	free(clean);
}

static void report_table(const struct checks *checks, const char *name, FILE *out)
{
	static const char *const colors[] = {
		[CHECK_PASS] = "\033[32m", [CHECK_FAIL] = "\033[31m", [CHECK_SKIP] = "\033[33m",
	};
	bool fancy = tell_fancy(fileno(out)), verbose = tell_level >= TELL_VERBOSE;

	clean_printf(out, "%s\n", name);
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];
		const char *found = check->found ? check->found : "";
		char *title = clean_text(check->title, CLEAN_ONE_LINE);

		fprintf(out, "  %s%s%s  %s\n", fancy ? colors[check->verdict] : "",
			verdicts[check->verdict], fancy ? "\033[0m" : "", title);
		free(title);
		if (check->verdict == CHECK_SKIP && *found)
			marked("", found, out);
		if (check->verdict != CHECK_FAIL)
			continue;
		if (check->command && verbose) {
			marked("$ ", check->command, out);
			fprintf(out, "        status %d\n", check->found_status);
		}
		if (*found && verbose)
			marked("| ", found, out);
		if (check->hint)
			marked(_("hint: "), check->hint, out);
	}
	fprintf(out, _("%d passed, %d failed, %d skipped; %g of %g points\n"),
		check_count(checks, CHECK_PASS), check_count(checks, CHECK_FAIL),
		check_count(checks, CHECK_SKIP), points(checks, true), points(checks, false));
}

/* Prints a title as TAP. An unescaped # would begin a directive, such as SKIP or TODO. */
static void tap_title(const char *text, FILE *out)
{
	char *clean = clean_text(text, CLEAN_ONE_LINE);

	for (const char *at = clean; *at; at++) {
		if (*at == '#' || *at == '\\')
			fputc('\\', out);
		fputc(*at, out);
	}
	free(clean);
}

static void report_tap(const struct checks *checks, FILE *out)
{
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];
		bool fails = check->verdict == CHECK_FAIL, skips = check->verdict == CHECK_SKIP;
		char *found = clean_text(check->found ? check->found : "",
					 skips ? CLEAN_ONE_LINE : CLEAN_LINES);
		char *rest = found, *line;

		fputs(fails ? "not ok - " : "ok - ", out);
		tap_title(check->title, out);
		fprintf(out, "%s%s\n", skips ? " # SKIP " : "", skips ? found : "");
		while (fails && (line = strsep(&rest, "\n")))
			if (*line)
				fprintf(out, "# %s\n", line);
		free(found);
	}
	fprintf(out, "1..%d\n", checks->nr);
}

static json_t *check_json(const struct check *check)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:i, s:o, s:f, s:o, s:o, s:o}",
			 "title", jsontext_value(check->title), "verdict", verdicts[check->verdict],
			 "machine", jsontext_value(check->machine),
			 "command", jsontext_value(check->command),
			 "status", check->found_status, "output", jsontext_value(check->found),
			 "points", check->points, "hint", jsontext_value(check->hint),
			 "console", jsontext_value(check->console),
			 "snapshots", jsontext_value(check->snapshots));
}

static void report_json(const struct checks *checks, const char *name, FILE *out)
{
	json_t *list = json_array(), *object;

	for (int i = 0; i < checks->nr; i++)
		json_array_append_new(list, check_json(&checks->at[i]));
	object = json_pack("{s:o, s:f, s:f, s:o}", "lab", jsontext_value(name),
			   "points", points(checks, true), "of", points(checks, false),
			   "checks", list);
	jsontext_write(object, out);
}

/* Prints XML text. XML does not allow the characters that clean_text() replaces. */
static void xml(const char *text, FILE *out)
{
	char *clean = clean_text(text ? text : "", CLEAN_LINES);

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
	char *clean = clean_text(text ? text : "", CLEAN_LINES);

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
