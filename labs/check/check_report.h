/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_report.h - print the results of claims as a table, TAP, JSON, JUnit XML or CSV
 */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include <stdio.h>

#include "check/check.h"

enum check_form { CHECK_TABLE, CHECK_TAP, CHECK_JSON, CHECK_JUNIT, CHECK_CSV };

/* Prints a report to @out. @name: the name of the lab for the report. */
void check_report(const struct checks *checks, const char *name, enum check_form form, FILE *out);

#endif
