/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_selftest.h - test whether a check file notices a broken lab (umlab check --self-test)
 */
#ifndef CHECK_SELFTEST_H
#define CHECK_SELFTEST_H

#include <jansson.h>
#include <stdio.h>

#include "base/tell.h"
#include "check/check.h"
#include "lab/labfile.h"

/*
 * Breaks the lab in each way that @file lists under `breaks`, and prints to @out which breaks the
 * checks notice. STATUS_FAILED: a break was not noticed, or a check fails in the unbroken lab.
 */
enum status check_selftest(struct checks *checks, const struct lab *lab, const json_t *file,
			   FILE *out);

#endif
