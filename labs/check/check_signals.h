/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_signals.h - hold back the signals that would end the command while a lab is broken
 */
#ifndef CHECK_SIGNALS_H
#define CHECK_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Blocks SIGHUP, SIGINT and SIGTERM, or unblocks them. */
void check_signals_hold(bool hold);
/* Is one of these signals pending? Then long operations should end soon. */
bool check_signals_pending(void);

#endif
