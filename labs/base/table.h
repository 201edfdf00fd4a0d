/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - print tables for people; for programs, the verbs print the same data as JSON
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>

struct table;

/*
 * Makes an empty table. @columns: the headings, then NULL. A heading that starts with ">" aligns
 * its column to the right.
 */
struct table *table_create(const char *const *columns);
/* Adds a line. @cells: one text for each column, NULL for an empty cell. */
void table_add(struct table *table, const char *const *cells);
/* Prints the table to standard output, unless it has no lines. */
void table_print(struct table *table);
void table_destroy(struct table *table);

#endif
