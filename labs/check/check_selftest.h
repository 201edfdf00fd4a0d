/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_selftest.h - umlab check --self-test: does a check file notice a broken lab?
 */
#ifndef CHECK_SELFTEST_H
#define CHECK_SELFTEST_H

#include "check/check.h"

/* @file may name `breaks`; tells on @out. STATUS_FAILED: one was not noticed, or the lab does not hold itself. */
enum status check_selftest(struct checks *checks, const struct lab *lab, const json_t *file, FILE *out);

#endif
