/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_run.h - try claims about a running lab
 */
#ifndef CHECK_RUN_H
#define CHECK_RUN_H

#include "check/check.h"
#include "lab/labfile.h"

/*
 * Tries all claims, in their order. @solve: first runs the steps of each claim. Ends early if a
 * signal is pending that check_signals_hold() holds back.
 */
void check_run(struct checks *checks, const struct lab *lab, bool solve);

#endif
