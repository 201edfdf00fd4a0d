// SPDX-License-Identifier: GPL-2.0-only
/*
 * trap.c - handle exceptions of guest code that are not page faults
 *
 * The host has translated the processor's exception into a signal with code and address.
 * trap_handle() sends this signal to the guest task, as the kernel would do on hardware. Called by
 * the run loop (guest.c) in task context with interrupts on.
 */
#include "trap.h"

#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <um/host.h>

/* Exception vectors, for the trapno field of signal frames. */
static const struct {
	int signo, vector;
} trap_vectors[] = {
	{ SIGFPE, 0 }, { SIGTRAP, 3 }, { SIGILL, 6 }, { SIGBUS, 17 }, { SIGSEGV, 13 },
};

void trap_handle(struct pt_regs *regs, const struct guest_event *event)
{
	struct thread_struct *thread = &current->thread;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(trap_vectors); i++)
		if (trap_vectors[i].signo == event->signo)
			thread->trap_nr = trap_vectors[i].vector;
	thread->error_code = 0;

	if (event->signo == SIGTRAP && current->thread.debug_control)
		thread->debug_status = host_space_debug_status(current->mm->context.space);
	if (event->signo == SIGTRAP && event->code == TRAP_TRACE) {
		thread->trap_nr = 1;
		force_sig_fault(SIGTRAP, TRAP_TRACE, (void __user *)regs->ip);
		return;
	}
	/* As on the host, a signal with SI_KERNEL has no address. */
	if (event->code == SI_KERNEL)
		force_sig(event->signo);
	else
		force_sig_fault(event->signo, event->code, (void __user *)event->addr);
}
