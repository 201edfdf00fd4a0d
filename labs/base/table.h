/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - tables for people; programs get the same data as JSON from the verbs
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>

struct table;

/* @columns: headings, ">MEMORY" for one that is aligned to the right; ends with NULL. */
struct table *table_create(const char *const *columns);
/* Adds a line: one text for each column, NULL for an empty cell. */
void table_add(struct table *table, const char *const *cells);
/* Prints to standard output; nothing when the table has no lines. */
void table_print(struct table *table);
void table_destroy(struct table *table);

#endif
