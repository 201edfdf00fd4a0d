/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_selftest.h - umlab check --self-test: does a check file notice a broken lab?
 */
#ifndef CHECK_SELFTEST_H
#define CHECK_SELFTEST_H

#include <jansson.h>
#include <stdio.h>

#include "base/tell.h"
#include "check/check.h"
#include "lab/labfile.h"

/*
 * Breaks the lab in the ways that `breaks` of @file names and prints to @out which ones the
 * checks notice. STATUS_FAILED: one was not noticed, or the lab itself does not hold.
 */
enum status check_selftest(struct checks *checks, const struct lab *lab, const json_t *file,
			   FILE *out);

#endif
