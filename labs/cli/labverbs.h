/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labverbs.h - read and print labs for the verbs that work on them (verbs_lint.c)
 */
#ifndef LABVERBS_H
#define LABVERBS_H

#include <stdio.h>

#include "lab/labfile.h"

/* Reads the lab in @dir (NULL: the current folder); ends the program if there is none. */
void lab_open(struct lab *lab, const char *dir, bool folders);
void lab_remarks_print(const struct lab *lab, FILE *out, bool errors_only);
/* Prints what would be started. */
void lab_print(const struct lab *lab);

#endif
