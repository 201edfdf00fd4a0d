/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - a table for people, or the same as JSON for programs
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>

struct table;

/* @columns: "NAME", ">MEMORY" (to the right); ends with NULL. */
struct table *table_create(const char *const *columns);
/* One text for each column; NULL is empty. */
void table_add(struct table *table, const char *const *cells);
/* To standard output; without headings when it is empty. */
void table_print(struct table *table);
void table_destroy(struct table *table);

#endif
