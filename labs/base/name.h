/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * name.h - which names machines, snapshots, classes and students may have
 *
 * Such names become names of files and folders, so all of them follow one rule.
 */
#ifndef NAME_H
#define NAME_H

#include <stdbool.h>

enum { NAME_LENGTH_MAX = 63 };

/* 1 to NAME_LENGTH_MAX of A-Z a-z 0-9 _ . -, and neither "." nor "-" first. */
bool name_valid(const char *name);

#endif
