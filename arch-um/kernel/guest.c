// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest.c - the run loop: resume guest code, learn why it stopped, and handle the reason
 *
 * guest_loop() is at the bottom of the kernel stack of every guest task. process.c enters the loop
 * when a task runs for the first time. Nothing else calls host_guest_run().
 *
 * Theory of operation
 *
 * Either a task is in the kernel, on its kernel stack, or its guest code runs in the host process
 * of its address space. Meanwhile guest_loop() waits in host_guest_run(). Where hardware would
 * enter the kernel through a vector, host_guest_run() returns the reason, and guest_loop() passes
 * it to the generic entry code:
 *
 *   GUEST_SYSCALL    syscall_enter_from_user_mode(), the table, syscall_exit_to_user_mode()
 *   GUEST_FAULT      irqentry_enter/exit_to_user_mode() around fault_handle()
 *   GUEST_TRAP       irqentry_enter/exit_to_user_mode() around trap_handle()
 *   GUEST_INTERRUPT  irqentry_enter/exit_to_user_mode() around um_irq_dispatch()
 *   GUEST_GONE       the host process died with the registers: kill the task
 *
 * Invariants
 * - Interrupts are off from the last check of the work flags until host_guest_run() has returned.
 *   A host event in between makes host_guest_run() return at once.
 * - The registers of a guest task are always the block at the top of its kernel stack, so a context
 *   switch only exchanges kernel stacks.
 * - FP state stays in the space until another task uses the space (fp.c).
 */
#include "guest.h"

#include <linux/entry-common.h>
#include <linux/sched/signal.h>
#include <linux/mm_types.h>
#include <um/host.h>
#include <um/upcall.h>
#include <asm/um_fault.h>
#include <asm/um_fp.h>
#include <asm/um_irq.h>
#include <asm/um_mirror.h>
#include <asm/um_mmspace.h>
#include <asm/um_sites.h>
#include <asm/um_walk.h>
#include "debugreg.h"
#include "syscall.h"
#include "trap.h"

static_assert(sizeof(struct pt_regs) == sizeof(struct host_regs));
static_assert(offsetof(struct pt_regs, orig_ax) == offsetof(struct host_regs, orig_ax));
static_assert(offsetof(struct pt_regs, gs) == offsetof(struct host_regs, gs));

/*
 * SIGSEGV: the guest's stack pointer was in the stub's memory, where the host could not put a
 * signal frame. On hardware this would be an unmapped stack, which kills the task too.
 */
static void guest_gone(const struct guest_event *event)
{
	pr_warn("%s[%d]: host process of this task died, killing the task\n",
		current->comm, task_pid_nr(current));
	mmspace_lost(current->mm);
	if (event->signo == SIGSEGV)
		force_fatal_sig(SIGSEGV);
	else
		force_sig(SIGKILL);
}

static void guest_run(struct pt_regs *regs, struct guest_event *event)
{
	unsigned int flags = test_thread_flag(TIF_SINGLESTEP) ? GUEST_RUN_STEP : 0;
	struct mm_struct *mm = current->mm;
	struct host_space *space = mm->context.space;

	if (atomic_read(&mm->mm_users) > 1)
		flags |= GUEST_RUN_SHARED;
	if (unlikely(current->ptrace))
		sites_disable(mm);

	/* Replace a space whose host process died. */
	if (unlikely(!space)) {
		space = mmspace_renew(current->mm);
		if (!space) {
			event->stop = GUEST_GONE;
			event->signo = 0;
			return;
		}
	}
	/* The space is empty: queue the mappings that the task needs first. */
	if (unlikely(host_space_is_empty(space)))
		mirror_start(mm, regs);
	fp_enter(&current->mm->context);
	debugreg_enter(current);
	host_guest_run(space, (struct host_regs *)regs, flags, event);
}

/* Returns the byte of guest code at @addr; -1: the guest cannot execute this address now. */
static int guest_code_byte(unsigned long addr)
{
	const u8 *byte = walk_guest_page(current->mm, addr, false);
	unsigned long next;

	return byte && pte_exec(*walk_pte(current->mm, addr, &next)) ? *byte : -1;
}

/*
 * Must the address of this system call be checked? In the ptrace engine, the host reports its
 * 32-bit gates (int 0x80, sysenter) as system calls too, but the guest's kernel does not have these
 * gates. In the seccomp engine, the address comes from memory that guest code can write. This
 * matters if somebody judges calls by their address: a seccomp filter, syscall user dispatch, or a
 * tracer.
 */
static bool address_matters(const struct guest_event *event)
{
	return event->gate_unknown || current_thread_info()->syscall_work & SYSCALL_WORK_ENTER;
}

/*
 * Is the instruction before ip `syscall`, and may the guest execute it? Then the address is as good
 * as one from the processor: guest code that forges it could have jumped there with the same
 * registers, and continues there. A racing thread that rewrites the instruction could have executed
 * the call as well.
 */
static bool syscall_by_instruction(const struct pt_regs *regs)
{
	return regs->cs == UM_USER_CS && guest_code_byte(regs->ip - 2) == 0x0f &&
	       guest_code_byte(regs->ip - 1) == 0x05;
}

/* Turn a call that was not made by `syscall` into a general protection fault at its address. */
static void foreign_call_undo(struct pt_regs *regs, struct guest_event *event)
{
	regs->ax = regs->orig_ax;
	regs->orig_ax = -1;
	regs->ip -= 2;
	*event = (struct guest_event) {
		.stop = GUEST_TRAP, .signo = SIGSEGV, .code = SI_KERNEL,
	};
}

void __noreturn guest_loop(void)
{
	struct pt_regs *regs = current_pt_regs();
	struct guest_event event;
	bool on;

	for (;;) {
		if (unlikely(um_irqs_pending))
			event.stop = GUEST_INTERRUPT;
		else
			guest_run(regs, &event);

		if (event.stop == GUEST_SYSCALL) {
			if (likely(!address_matters(&event)) || syscall_by_instruction(regs)) {
				if (event.trapped) {
					/* lockdep still believes that interrupts are on. */
					on = irq_lockdep_off();
					sites_passed(regs);
					irq_lockdep_on(on);
				}
				syscall_handle(regs);
				continue;
			}
			foreign_call_undo(regs, &event);
		}

		irqentry_enter_from_user_mode(regs);
		if (event.stop == GUEST_INTERRUPT) {
			um_irq_dispatch((struct host_regs *)regs);
		} else {
			local_irq_enable();
			switch (event.stop) {
			case GUEST_FAULT:
				fault_handle(regs, &event);
				break;
			case GUEST_TRAP:
				trap_handle(regs, &event);
				break;
			default:
				guest_gone(&event);
			}
			local_irq_disable();
		}
		irqentry_exit_to_user_mode(regs);
	}
}
