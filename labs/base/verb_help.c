// SPDX-License-Identifier: GPL-2.0-only
/*
 * verb_help.c - print help texts and man pages from a program's table of verbs
 *
 * Called by program.c for --help, `help` and `help --man`. Help for a terminal is wrapped to 80
 * columns, and translated if the program's texts are. Man pages stay in English.
 */
#include "base/verb_help.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/tell.h"

enum { WIDTH = 80, OPTION_COLUMN = 28, VERB_COLUMN = 22 };

static const char *translated(const struct program *program, const char *text)
{
	return program->is_translated && *text ? _(text) : text;
}

/* ---- texts of options -------------------------------------------------------------------- */

/* Returns the option as "-m, --mem=SIZE". */
static char *option_spelling(const struct verb_option *option)
{
	char letter[5] = "    ";
	char *value = txt_copy(""), *spelling;

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	if (option->value && *option->value == '[')
		value = txt_printf("[=%s", option->value + 1);
	else if (option->value)
		value = txt_printf("=%s", option->value);
	spelling = txt_printf("%s--%s%s", letter, option->name, value);
	free(value);
	return spelling;
}

/* Returns the explanation with range and default: "Set the memory (32M to 64G; default: 128M)". */
static char *option_text(const struct verb_option *option, const char *help, const char *range,
			 const char *value, const char *preset_word)
{
	char *limits = NULL, *preset = NULL, *text;

	if (range)
		limits = txt_copy(range);
	else if (option->max > 0)
		limits = txt_printf(_("%ld to %ld"), option->min, option->max);
	if (value)
		preset = txt_printf("%s: %s", preset_word, value);
	if (!limits && !preset)
		return txt_copy(help);
	text = txt_printf("%s (%s%s%s)", help, limits ? limits : "", limits && preset ? "; " : "",
			  preset ? preset : "");
	free(limits);
	free(preset);
	return text;
}

static char *option_help(const struct program *program, const struct verb_option *option)
{
	return option_text(option, translated(program, option->help),
			   option->range ? translated(program, option->range) : NULL,
			   option->preset ? translated(program, option->preset) : NULL,
			   _("default"));
}

/* ---- help for a terminal ------------------------------------------------------------------ */

/* Counts the columns of the first @size bytes: continuation bytes of UTF-8 take none. */
static int columns(const char *text, size_t size)
{
	int nr = 0;

	for (size_t i = 0; i < size; i++)
		nr += (text[i] & 0xc0) != 0x80;
	return nr;
}

/* Prints @size bytes wrapped and indented to @column. The current line has @at columns already. */
static void wrapped_print(FILE *out, int column, int at, const char *text, size_t size)
{
	const char *end = text + size;

	while ((text += strspn(text, " \n")) < end) {
		size_t length = strcspn(text, " \n");
		int wide = columns(text, length);

		if (at > column && at + 1 + wide > WIDTH) {
			fputc('\n', out);
			at = 0;
		}
		if (at < column)
			at += fprintf(out, "%*s", column - at, "");
		else if (at > column)
			at += fprintf(out, " ");
		at += wide;
		fprintf(out, "%.*s", (int)length, text);
		text += length;
	}
	fputc('\n', out);
}

/* Prints "  HEAD    TEXT", with the text wrapped at @column. */
static void entry_print(FILE *out, const char *head, int column, const char *text)
{
	int at = 2 + columns(head, strlen(head));

	fprintf(out, "  %s", head);
	if (at >= column) {
		fputc('\n', out);
		at = 0;
	}
	wrapped_print(out, column, at, text, strlen(text));
}

/* Returns the size of the paragraph at @text, which ends before an empty or indented line. */
static size_t paragraph_size(const char *text)
{
	size_t size = strcspn(text, "\n");

	if (*text == ' ' || *text == '\n')
		return size;
	while (text[size] && text[size + 1] && text[size + 1] != '\n' && text[size + 1] != ' ')
		size += 1 + strcspn(text + size + 1, "\n");
	return size;
}

/* Prints @text. Paragraphs are wrapped, but indented lines stay as they are. */
static void text_print(FILE *out, const char *text)
{
	while (*text) {
		size_t size = paragraph_size(text);

		if (*text == ' ' || !size)
			fprintf(out, "%.*s\n", (int)size, text);
		else
			wrapped_print(out, 0, 0, text, size);
		text += size + (text[size] == '\n');
	}
}

static unsigned int group_count(const struct program *program)
{
	unsigned int nr = 1;

	while (program->groups[nr])
		nr++;
	return nr - 1;
}

static unsigned int group_of(const struct program *program, const struct verb *verb)
{
	return verb->group == VERB_GROUP_LAST ? group_count(program) : verb->group;
}

void program_help_print(const struct program *program, FILE *out)
{
	fprintf(out, _("usage: %s VERB [OPTION]... [ARGUMENT]...\n"), program->name);
	fprintf(out, "\n%s.\n", translated(program, program->purpose));
	for (unsigned int group = 1; program->groups[group]; group++) {
		fprintf(out, "\n%s:\n", translated(program, program->groups[group]));
		for (const struct verb *const *at = program->verbs; *at; at++)
			if (group_of(program, *at) == group)
				entry_print(out, (*at)->name, VERB_COLUMN,
					    translated(program, (*at)->summary));
	}
	fprintf(out, _("\n'%s help VERB' explains a verb and its options.\n"), program->name);
	if (program->footer)
		text_print(out, translated(program, program->footer));
}

void verb_help_print(const struct program *program, const struct verb *verb)
{
	const struct verb_option *option;

	printf(_("usage: %s %s %s\n"), program->name, verb->name, verb->usage);
	printf("\n%s.\n", translated(program, verb->summary));
	if (verb->help) {
		printf("\n");
		text_print(stdout, translated(program, verb->help));
	}
	printf(_("\nOptions:\n"));
	for (int i = 0; (option = verb_option_nth(program, verb, i)); i++) {
		char *spelling = option_spelling(option), *text = option_help(program, option);

		entry_print(stdout, spelling, OPTION_COLUMN, text);
		free(spelling);
		free(text);
	}
	if (verb->examples)
		printf(_("\nExamples:\n%s\n"), verb->examples);
}

/* ---- man pages ----------------------------------------------------------------------------- */

/* Prints one line and escapes the characters that roff would interpret. */
static void roff_line_print(const char *line, size_t size)
{
	if (*line == '.' || *line == '\'')
		fputs("\\&", stdout);
	for (size_t i = 0; i < size; i++)
		if (line[i] == '\\')
			fputs("\\e", stdout);
		else if (line[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(line[i]);
	putchar('\n');
}

/* Prints @text as roff. Blank lines separate paragraphs; indented lines keep their line breaks. */
static void roff_print(const char *text)
{
	bool literal = false;

	while (*text) {
		size_t size = strcspn(text, "\n");

		if (literal != (*text == ' '))
			printf(literal ? ".fi\n" : ".nf\n");
		literal = *text == ' ';
		if (size)
			roff_line_print(text, size);
		else
			printf(".PP\n");
		text += size + (text[size] == '\n');
	}
	if (literal)
		printf(".fi\n");
}

/* Prints a request such as `.B TEXT`, with TEXT escaped. */
static void roff_request(const char *request, const char *text)
{
	printf(".%s ", request);
	roff_print(text);
}

static void man_options_print(const struct program *program, const struct verb *verb, bool all)
{
	const struct verb_option *option;

	for (int i = 0; (option = verb_option_nth(program, verb, i)); i++) {
		char *spelling, *text;

		if (!all && !strcmp(option->name, "help"))
			continue;
		spelling = option_spelling(option);
		text = option_text(option, option->help, option->range, option->preset, "default");
		printf(".TP\n");
		roff_request("B", spelling + strspn(spelling, " "));
		roff_print(text);
		free(spelling);
		free(text);
	}
}

/*
 * Prints .TH and the section NAME, "umlab-start \- start machines". The first letter of the summary
 * is changed to lower case.
 */
static void man_name_print(const struct program *program, const char *name, const char *summary)
{
	char *title = txt_copy(name), *text = txt_copy(summary);

	for (char *at = title; *at; at++)
		*at = toupper((unsigned char)*at);
	*text = tolower((unsigned char)*text);
	printf(".\\\" made from the table of verbs of %s\n", program->name);
	printf(".TH %s 1 \"\" \"%s %s\" \"User Commands\"\n.SH NAME\n", title, program->name,
	       program->version);
	printf("%s \\- ", name);
	roff_print(text);
	free(title);
	free(text);
}

static void man_see_also_print(const struct program *program, bool is_verb)
{
	struct words pages = { 0 };

	if (is_verb)
		words_addf(&pages, "%s(1)", program->name);
	words_split(&pages, program->see_also ? program->see_also : "", ", ");
	if (!pages.nr)
		return;
	printf(".SH SEE ALSO\n");
	for (int i = 0; i < pages.nr; i++) {
		size_t size = strcspn(pages.at[i], "(");

		printf(".BR %.*s %s%s\n", (int)size, pages.at[i], pages.at[i] + size,
		       i + 1 < pages.nr ? "," : "");
	}
}

void verb_man_print(const struct program *program, const struct verb *verb)
{
	char *name = txt_printf("%s-%s", program->name, verb->name);

	for (char *at = name; *at; at++)
		if (*at == ' ')
			*at = '-';
	man_name_print(program, name, verb->summary);
	printf(".SH SYNOPSIS\n.B %s %s\n", program->name, verb->name);
	roff_print(verb->usage);
	printf(".SH DESCRIPTION\n%s.\n", verb->summary);
	if (verb->help) {
		printf(".PP\n");
		roff_print(verb->help);
	}
	printf(".SH OPTIONS\n");
	man_options_print(program, verb, true);
	if (verb->examples) {
		printf(".SH EXAMPLES\n");
		roff_print(verb->examples);
	}
	man_see_also_print(program, true);
	free(name);
}

/* Prints a verb on the program's page: all about it, or one line if the verb has its own page. */
static void man_verb_print(const struct program *program, const struct verb *verb)
{
	char *head;

	if (program->has_pages) {
		printf(".TP\n");
		roff_request("B", verb->name);
		printf("%s\n", verb->summary);
		return;
	}
	head = txt_printf("%s %s", verb->name, verb->usage);
	roff_request("SS", head);
	printf("%s.\n", verb->summary);
	if (verb->help) {
		printf(".PP\n");
		roff_print(verb->help);
	}
	man_options_print(program, verb, false);
	if (verb->examples) {
		printf(".PP\n");
		roff_print(verb->examples);
	}
	free(head);
}

void program_man_print(const struct program *program)
{
	man_name_print(program, program->name, program->purpose);
	printf(".SH SYNOPSIS\n.B %s\n.I VERB\n.RI [ OPTION ]...\n.RI [ ARGUMENT ]...\n",
	       program->name);
	printf(".SH DESCRIPTION\n");
	roff_print(program->description ? program->description : program->purpose);
	for (unsigned int group = 1; program->groups[group]; group++) {
		char *title = txt_copy(program->groups[group]);

		for (char *at = title; *at; at++)
			*at = toupper((unsigned char)*at);
		roff_request("SH", title);
		free(title);
		for (const struct verb *const *at = program->verbs; *at; at++)
			if (group_of(program, *at) == group)
				man_verb_print(program, *at);
	}
	for (const struct verb_note *note = program->notes; note && note->title; note++) {
		roff_request("SH", note->title);
		roff_print(note->text);
	}
	man_see_also_print(program, false);
}
