/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * name.h - check the names of machines, images, snapshots, collision domains, classes, students
 *
 * Such names become names of files and folders, so all of them follow one rule.
 */
#ifndef NAME_H
#define NAME_H

#include <stdbool.h>

enum { NAME_LENGTH_MAX = 63 };

/*
 * Is @name valid? It must have 1 to NAME_LENGTH_MAX characters of A-Z a-z 0-9 _ . - and must not
 * start with "." or "-".
 */
bool name_valid(const char *name);

#endif
