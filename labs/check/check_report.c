// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_report.c - what came of the claims about a lab, in five forms
 */
#include "check/check_report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/tell.h"
#include "base/txt.h"

static const char *const verdicts[] = { "PASS", "FAIL", "SKIP" };

static double points(const struct checks *checks, bool reached)
{
	double sum = 0;

	for (int i = 0; i < checks->nr; i++)
		if (checks->at[i].verdict == CHECK_PASS || (!reached && checks->at[i].verdict == CHECK_FAIL))
			sum += checks->at[i].points;
	return sum;
}

static void report_table(const struct checks *checks, const char *name, FILE *out)
{
	bool fancy = tell_fancy(fileno(out));

	fprintf(out, "%s\n", name);
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];

		fprintf(out, "  %s%s%s  %s\n", fancy ? check->verdict == CHECK_PASS ? "\033[32m" : check->verdict == CHECK_FAIL ? "\033[31m" : "\033[33m" : "",
			verdicts[check->verdict], fancy ? "\033[0m" : "", check->title);
		if (check->verdict == CHECK_SKIP && check->found)
			fprintf(out, "        %s\n", check->found);
		if (check->verdict != CHECK_FAIL)
			continue;
		if (check->command && tell_level >= TELL_VERBOSE)
			fprintf(out, "        $ %s\n        status %d\n", check->command, check->found_status);
		if (check->found && *check->found && tell_level >= TELL_VERBOSE)
			fprintf(out, "        %s\n", txt_trim(txt_copy(check->found)));
		if (check->hint)
			fprintf(out, _("        hint: %s\n"), check->hint);
	}
	fprintf(out, _("%d passed, %d failed, %d skipped; %g of %g points\n"), check_count(checks, CHECK_PASS), check_count(checks, CHECK_FAIL),
		check_count(checks, CHECK_SKIP), points(checks, true), points(checks, false));
}

static void report_tap(const struct checks *checks, FILE *out)
{
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];
		char *found = txt_copy(check->found ? check->found : ""), *line, *rest = found;

		fprintf(out, "%sok - %s%s%s\n", check->verdict == CHECK_FAIL ? "not " : "", check->title, check->verdict == CHECK_SKIP ? " # SKIP " : "",
			check->verdict == CHECK_SKIP ? found : "");
		while (check->verdict == CHECK_FAIL && (line = strsep(&rest, "\n")))
			if (*line)
				fprintf(out, "# %s\n", line);
	}
	fprintf(out, "1..%d\n", checks->nr);
}

static void report_json(const struct checks *checks, const char *name, FILE *out)
{
	json_t *list = json_array(), *object;

	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:s?, s:i, s:s?, s:f, s:s?, s:s?, s:s?}", "title", check->title, "verdict",
			verdicts[check->verdict], "machine", check->machine, "command", check->command, "status", check->found_status,
			"output", check->found, "points", check->points, "hint", check->hint, "console", check->console,
			"snapshots", check->snapshots));
	}
	object = json_pack("{s:s, s:f, s:f, s:o}", "lab", name, "points", points(checks, true), "of", points(checks, false), "checks", list);
	json_dumpf(object, out, JSON_INDENT(2) | JSON_SORT_KEYS);
	fputc('\n', out);
	json_decref(object);
}

static void xml(const char *text, FILE *out)
{
	for (; text && *text; text++)
		switch (*text) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		default:
			/* XML has no place for other control characters. */
			if ((unsigned char)*text >= 32 || *text == '\n' || *text == '\t')
				fputc(*text, out);
		}
}

static void report_junit(const struct checks *checks, const char *name, FILE *out)
{
	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"");
	xml(name, out);
	fprintf(out, "\" tests=\"%d\" failures=\"%d\" skipped=\"%d\">\n", checks->nr, check_count(checks, CHECK_FAIL), check_count(checks, CHECK_SKIP));
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];

		fprintf(out, "  <testcase classname=\"%s\" name=\"", check->machine ? check->machine : "lab");
		xml(check->title, out);
		fprintf(out, "\">");
		if (check->verdict != CHECK_PASS) {
			fprintf(out, check->verdict == CHECK_FAIL ? "<failure message=\"status %d\">" : "<skipped message=\"status %d\">", check->found_status);
			xml(check->found, out);
			fprintf(out, check->verdict == CHECK_FAIL ? "</failure>" : "</skipped>");
		}
		fprintf(out, "</testcase>\n");
	}
	fprintf(out, "</testsuite>\n");
}

static void csv(const char *text, FILE *out, char end)
{
	fputc('"', out);
	for (; text && *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
	fputc(end, out);
}

static void report_csv(const struct checks *checks, const char *name, FILE *out)
{
	fputs("lab,machine,title,verdict,points,of\n", out);
	for (int i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->at[i];

		csv(name, out, ',');
		csv(check->machine, out, ',');
		csv(check->title, out, ',');
		fprintf(out, "%s,%g,%g\n", verdicts[check->verdict], check->verdict == CHECK_PASS ? check->points : 0, check->points);
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
