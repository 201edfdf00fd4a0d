// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_signals.c - hold back the signals that would end the command while a lab is broken
 *
 * Called in `umlab check` by check_selftest.c, which breaks labs on purpose and must always repair
 * them. While the signals are held back, check_run.c looks for pending signals between two claims.
 */
#include "check/check_signals.h"

static sigset_t ending_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

void check_signals_hold(bool hold)
{
	sigset_t set = ending_signals();

	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

bool check_signals_pending(void)
{
	sigset_t pending, ending = ending_signals();

	sigpending(&pending);
	sigandset(&pending, &pending, &ending);
	return !sigisemptyset(&pending);
}
