// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - print tables for people
 *
 * Called by the verbs of umlab that list something (labs/cli/). libsmartcols fits the columns to
 * the terminal. The cells may hold text of guests and labs, so they are cleaned here.
 */
#include "base/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/txt.h"

struct table {
	struct libscols_table *cols;
	int nr_columns;
};

struct table *table_create(const char *const *columns)
{
	struct table *table = txt_alloc(1, sizeof(*table));

	table->cols = txt_checked(scols_new_table());
	for (; *columns; columns++, table->nr_columns++) {
		bool right = **columns == '>';

		scols_table_new_column(table->cols, *columns + right, 0,
				       right ? SCOLS_FL_RIGHT : 0);
	}
	/* Fit the lines to the width of a terminal; elsewhere they may have any length. */
	scols_table_enable_nowrap(table->cols, isatty(STDOUT_FILENO) ? 0 : 1);
	return table;
}

void table_add(struct table *table, const char *const *cells)
{
	struct libscols_line *line = scols_table_new_line(table->cols, NULL);

	for (int i = 0; line && i < table->nr_columns; i++) {
		char *clean = clean_text(cells[i] ? cells[i] : "", CLEAN_ONE_LINE);

		scols_line_set_data(line, i, clean);
		free(clean);
	}
}

void table_print(struct table *table)
{
	if (!scols_table_is_empty(table->cols))
		scols_print_table(table->cols);
}

void table_destroy(struct table *table)
{
	if (table)
		scols_unref_table(table->cols);
	free(table);
}
