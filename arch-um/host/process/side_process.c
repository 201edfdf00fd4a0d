// SPDX-License-Identifier: GPL-2.0-only
/*
 * side_process.c - begin a process that works for the kernel process, such as the starter
 *
 * Called in the new process by the starter (helper_host.c) and by the hostfs server
 * (hostfs/hostfs_server.c).
 */
#include "process/side_process.h"
#include "libk.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"

void host_side_process_begin(const char *name, int parent)
{
	lx_sigset all = ~0ULL;

	lx_rt_sigprocmask(SIG_SETMASK, &all, NULL);
	lx_prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	lx_prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
	lx_setpgid(0, 0);
	/* The parent may have ended before PR_SET_PDEATHSIG took effect. */
	if (lx_getppid() != parent)
		lx_exit_group(0);
}
