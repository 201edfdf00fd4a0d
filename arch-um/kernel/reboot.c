// SPDX-License-Identifier: GPL-2.0-only
/*
 * reboot.c - power off, halt or restart, and choose the exit status of the process
 *
 * Called by generic reboot code, in task context or, after a panic, with interrupts off. irq.c
 * calls reboot_requested() in interrupt context when a host signal asks for a shutdown. The exit
 * status is 0 after power-off or halt, and 134 after a panic, which is what a shell reports for a
 * program that aborted. A restart runs the same program again in the same process.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/pm.h>
#include <linux/reboot.h>
#include <linux/sched/signal.h>
#include <um/host.h>
#include <um/upcall.h>
#include <asm/um_irq.h>

#define EXIT_STATUS_PANIC 134

/* Generic code takes NULL to mean that the machine cannot power off. */
void (*pm_power_off)(void) = machine_power_off;
EXPORT_SYMBOL(pm_power_off);

static bool panicked(void)
{
	return atomic_read(&panic_cpu) != PANIC_CPU_INVALID;
}

void machine_restart(char *command)
{
	/* After a panic, end with a status that reports it to the user. */
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
 * SIGTERM, SIGHUP or SIGINT to the process asks for an orderly shutdown. Init programs differ in
 * how they react to SIGPWR and similar signals. orderly_poweroff() runs the guest's own poweroff
 * command, which works with every init program.
 */
static void reboot_requested(void)
{
	orderly_poweroff(true);
}

static int __init reboot_init(void)
{
	um_irq_register_signal(UM_EVENT_TERMINATE | UM_EVENT_INTERRUPT, reboot_requested);
	return 0;
}
early_initcall(reboot_init);
