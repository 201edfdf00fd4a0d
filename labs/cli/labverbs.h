/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labverbs.h - what the verbs about labs share
 */
#ifndef LABVERBS_H
#define LABVERBS_H

#include <stdio.h>

#include "lab/labfile.h"

/* Reads a lab (NULL: the current folder); dies when there is none. */
void lab_open(struct lab *lab, const char *dir, bool folders);
void lab_remarks_print(const struct lab *lab, FILE *out, bool errors_only);
/* The plan: what would be started. */
void lab_print(const struct lab *lab);

#endif
