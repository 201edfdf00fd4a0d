/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_run.h - try claims about a running lab
 */
#ifndef CHECK_RUN_H
#define CHECK_RUN_H

#include "check/check.h"
#include "lab/labfile.h"

/*
 * Tries all, in their order. @solve: runs each one's steps first. Ends early when a signal
 * that check_signals_hold() holds back waits.
 */
void check_run(struct checks *checks, const struct lab *lab, bool solve);

#endif
