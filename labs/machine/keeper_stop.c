// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_stop.c - shut a machine down cleanly
 *
 * Called by keeper_clients.c for `umlab stop`, and by keeper.c, which repeats the request. If the
 * agent answers, shutdown.sh runs first, and then the agent asks init to power off. Otherwise the
 * keeper sends SIGTERM to the kernel, which then asks init to power off.
 */
#include "machine/keeper_stop.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>

#include "base/files.h"
#include "base/timing.h"
#include "machine/keeper_script.h"

void keeper_power_off(struct keeper *keeper)
{
	keeper->stop_asked = timing_seconds();
	if (keeper->agent_answers)
		agentlink_send(&keeper->agent, AGENT_POWEROFF, 0, NULL, 0);
	else
		pidfd_send_signal(keeper->kernel_fd, SIGTERM, NULL, 0);
}

/* Powers off, even if a shutdown script has failed. */
static void shutdown_ended(struct keeper *keeper, int status)
{
	(void)status;
	keeper_power_off(keeper);
}

void keeper_stop(struct keeper *keeper)
{
	char *path = txt_printf("%s/guest/shutdown.sh", keeper->machine.run_dir);

	if (keeper->state != MACHINE_STOPPING) {
		keeper_state_set(keeper, MACHINE_STOPPING);
		if (keeper->agent_answers && !keeper_script_runs() && file_exists(path))
			keeper_script_run(keeper, "shutdown.sh", "shutdown.log", shutdown_ended);
		else
			keeper_power_off(keeper);
	}
	free(path);
}
