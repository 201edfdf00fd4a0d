// SPDX-License-Identifier: GPL-2.0-only
/*
 * reboot.c - halt, restart, exit codes
 *
 * Exit status of the process: 0 after poweroff or halt, 134 after a panic (what a shell
 * reports for a program that aborted). Restart runs the same program again in place.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/pm.h>
#include <linux/reboot.h>
#include <linux/sched/signal.h>
#include <um/host.h>
#include <um/upcall.h>
#include "kernel_internal.h"

#define EXIT_STATUS_PANIC 134

/* Set from the start: its absence would mean that the machine cannot power off. */
void (*pm_power_off)(void) = machine_power_off;
EXPORT_SYMBOL(pm_power_off);

static bool panicked(void)
{
	return atomic_read(&panic_cpu) != PANIC_CPU_INVALID;
}

void machine_restart(char *command)
{
	/* emergency_restart() of a panic: the one who started us wants to know. */
	if (panicked())
		host_exit(EXIT_STATUS_PANIC);
	host_restart();
}

void machine_power_off(void)
{
	host_exit(panicked() ? EXIT_STATUS_PANIC : 0);
}

void machine_halt(void)
{
	machine_power_off();
}

/*
 * A signal from outside asks the machine to go down in order: init gets what
 * Ctrl-Alt-Del (SIGTERM, SIGHUP: power off) means to it. systemd and sysvinit-like
 * inits take SIGPWR or SIGRTMIN+4 differently; orderly_poweroff() runs the
 * guest's own poweroff command and works for all.
 */
void reboot_signal(unsigned int events)
{
	if (events & UM_EVENT_WINCH)
		console_winch();
	if (events & (UM_EVENT_TERMINATE | UM_EVENT_INTERRUPT))
		orderly_poweroff(true);
}
