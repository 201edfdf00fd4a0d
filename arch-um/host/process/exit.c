// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit.c - end or restart the process
 *
 * The process ends only through these calls, which end the guest processes and restore the
 * settings of terminals. Called on the machine's thread by kernel code (reboot.c), boot.c, and the
 * signal handlers (handlers.c).
 */
#include "process/exit.h"
#include <um/host.h>
#include "guest/spaces.h"
#include "hostfs/hostfs_client.h"
#include "io/terminal.h"
#include "libk.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "process/confinement.h"
#include "process/environment.h"

static void process_clean(void)
{
	host_guest_shutdown();
	host_term_restore_all();
}

void host_exit(int status)
{
	process_clean();
	lx_exit_group(status);
}

void host_fail(const char *reason)
{
	host_print("linux: ", 7);
	host_print(reason, strlen(reason));
	host_print("\n", 1);
	host_exit(1);
}

void host_restart(void)
{
	const lx_sigset none = 0;

	process_clean();
	host_processors_restore();
	lx_rt_sigprocmask(SIG_SETMASK, &none, NULL);
	lx_execve("/proc/self/exe", host_arguments(),
		  hostfs_client_environment(host_confined_environment(host_environment())));
	host_fail("restart: cannot run the program again");
}
