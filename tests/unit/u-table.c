// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-table.c - test tables for people (labs/base/table.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include "base/table.h"

static char output[65536];

/* Prints the table to a file, in the form that a pipe gets, and reads it into `output`. */
static void printed(struct table *table)
{
	FILE *file = tmpfile();
	int before = dup(STDOUT_FILENO);
	size_t size;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	table_print(table);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	rewind(file);
	size = fread(output, 1, sizeof(output) - 1, file);
	output[size] = '\0';
	fclose(file);
	table_destroy(table);
}

static struct table *begin(void)
{
	static const char *const columns[] = { "NAME", ">SIZE", NULL };

	return table_create(columns);
}

int main(void)
{
	static char giant[20001];
	const char *row[] = { "a", "1" }, *large[] = { giant, "22" }, *empty[] = { NULL, NULL };
	const char *hostile[] = { "\033[31mred\033[0m\nnext\tline", "\xff\xfe" };
	struct table *table = begin();

	printed(table);
	ok(!*output, "an empty table prints nothing");
	table = begin();
	table_add(table, row);
	table_add(table, empty);
	printed(table);
	ok(strstr(output, "NAME") && strstr(output, "SIZE") && strstr(output, "a"),
	   "a table has headings and cells");
	memset(giant, 'x', sizeof(giant) - 1);
	table = begin();
	table_add(table, large);
	printed(table);
	ok(strstr(output, giant), "a long cell is not cut if the output is not a terminal");
	table = begin();
	table_add(table, hostile);
	printed(table);
	ok(!strchr(output, '\033') && !strstr(output, "\xff"),
	   "control characters and broken UTF-8 are escaped");
	table_destroy(NULL);
	return tap_done();
}
