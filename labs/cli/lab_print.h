/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lab_print.h - print the errors found in a lab, and what a start would do
 */
#ifndef LAB_PRINT_H
#define LAB_PRINT_H

#include <stdio.h>

#include "lab/labfile.h"

/*
 * Print errors and warnings, as text or as JSON. The text has one line for each remark, with file,
 * line and column.
 */
void lab_print_remarks(const struct lab *lab, FILE *out, bool errors_only);
void lab_print_json(const struct lab *lab);
/* Prints the machines that would be started, with interfaces and options. */
void lab_print_plan(const struct lab *lab);

#endif
