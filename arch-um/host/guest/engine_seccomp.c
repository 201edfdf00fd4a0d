// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine_seccomp.c - run guest code in host processes that hand over through shared memory
 *
 * This engine is preferred where the host allows it. spaces.c calls it through `engine_seccomp`, on
 * the machine's thread in the kernel process. seccomp_process.c starts and ends the processes,
 * seccomp_stop.c finds out why guest code stopped, and handover.c passes the turn.
 *
 * Theory of operation
 *
 * The process of a space has a guest thread and a mapper (stub/stub_seccomp.S). The process and the
 * machine's thread share the mailbox of the space. The word `turn` in the mailbox says who runs:
 * the machine's thread fills in the registers and gives the turn to the guest thread; the stub
 * writes down why guest code stopped and gives the turn back.
 *
 * Where the registers of a stopped guest are:
 *   frame is set   in the signal frame at that address, with the FP state. A resume loads the
 *                  frame, so the registers are changed in place.
 *   otherwise      in the mailbox. The FP state is in the processor registers of the guest
 *                  thread or, if fp_load is set, in the mailbox.
 *
 * What hostile guest code can do: write the mailbox, pretend to stop (give the turn away and run
 * on), and jump to any place in the stub. Therefore:
 * - Each value in the mailbox is read once, and used only as a guest register or event, which guest
 *   code may choose anyway. Addresses in the mailbox are checked.
 * - Mappings are removed before their pages get another use, so guest code that runs on loses them
 *   too. A guest thread stands still for certain (stopped_for_sure) only if the host says that the
 *   thread sleeps on the word in its mailbox. The filter lets the thread sleep at only one place in
 *   the stub, and only the machine's thread and the mapper wake the sleeper. The mapper
 *   acknowledges through a descriptor that the guest thread does not have.
 * - A space gets another user only if its guest thread has been seen in the stub with nothing
 *   mapped, or sleeps there for certain. What the thread and the mailbox still hold of the former
 *   user is cleared, or does no harm (seccomp_reuse.c).
 * - A guest thread that was kicked, keeps the turn and uses processor time is killed. So is a
 *   process whose threads all sleep although the process has the turn, or whose guest code keeps
 *   this thread from noticing that the turn is back (host_seccomp_kick()).
 * - A guest thread that gives the turn away and runs on is found and killed (watch.c).
 */
#include "guest/engine_seccomp.h"
#include <asm/processor-flags.h>
#include <um/upcall.h>
#include "guest/debug_regs.h"
#include "guest/handover.h"
#include "guest/seccomp_process.h"
#include "guest/seccomp_reuse.h"
#include "guest/seccomp_stop.h"
#include "guest/seccomp_zygote.h"
#include "guest/watch.h"
#include "libk.h"
#include "lx/lx_signal.h"

/* ---- spaces ---- */

static int seccomp_space_create(struct host_space *space)
{
	return host_seccomp_create(seccomp_space_of(space));
}

static void seccomp_space_destroy(struct host_space *space)
{
	host_seccomp_kill(seccomp_space_of(space));
}

static bool seccomp_stopped_for_sure(struct host_space *space)
{
	return host_handover_sleeps(seccomp_space_of(space));
}

static int seccomp_space_reuse(struct host_space *space)
{
	return host_seccomp_reuse(seccomp_space_of(space));
}

static bool seccomp_idle(void)
{
	host_handover_idle();
	return host_watch_look();
}

static int seccomp_init(char *why, size_t why_size)
{
	int error = host_zygote_check(why, why_size);

	if (error)
		return error;
	error = host_seccomp_start();
	if (error)
		snprintf(why, why_size, "cannot start a guest process (error %d%s)", -error,
			 error == -EAGAIN ? ": no more processes allowed, see ulimit -u" : "");
	else
		snprintf(why, why_size,
			 "seccomp (system calls by SIGSYS, often used ones by a jump)");
	return error;
}

/* ---- running ---- */

/* Let the mapper carry out the queued commands, then let the guest thread run. */
static void maps_and_turn(struct seccomp_space *space)
{
	struct host_space *generic = &space->space;
	struct stub_mailbox *mailbox = space->mailbox;

	if (!generic->nr_queued) {
		host_handover(space);
		return;
	}
	if (host_handover_by_mapper(space)) {
		if (__atomic_load_n(&mailbox->stop, __ATOMIC_RELAXED) == STUB_STOP_MAP_FAILED)
			generic->map_failed =
				host_seccomp_failed_command(space, &generic->map_error);
	} else {
		generic->map_error = host_seccomp_flush(generic, &generic->map_failed);
		if (!generic->map_error)
			host_handover(space);
	}
	generic->nr_queued = 0;
}

static bool is_canonical(uint64_t addr)
{
	return (int64_t)(addr << 16) >> 16 == (int64_t)addr;
}

static void seccomp_run(struct host_space *generic, struct host_regs *regs, unsigned int flags,
			struct guest_event *event)
{
	bool hide_trap = flags & GUEST_RUN_STEP && !(regs->flags & X86_EFLAGS_TF);
	struct seccomp_space *space = seccomp_space_of(generic);
	struct stub_mailbox *mailbox = space->mailbox;
	bool started, interrupted;

	/* A jump to an address that is not canonical would fault inside the stub. */
	if (!is_canonical(regs->ip)) {
		*event = (struct guest_event) {
			.stop = GUEST_TRAP, .signo = SIGSEGV, .code = SI_KERNEL,
		};
		return;
	}
	if (space->unproven)
		host_seccomp_reuse_begin(space);
	host_seccomp_resume(space, regs, flags & GUEST_RUN_STEP);
	mailbox->kick = 0;
	mailbox->stop = 0;
	generic->data->save_fp = !!(flags & GUEST_RUN_SHARED);
	space->fp_saved = false;
	/* From here on an event kicks the guest thread; earlier events are in um_irqs_pending. */
	started = host_seccomp_begin(space);
	interrupted = started && um_irqs_pending;
	if (started && !interrupted)
		maps_and_turn(space);
	host_seccomp_end(space);
	if (space->unproven && !generic->map_error)
		interrupted = host_seccomp_reuse_continues(space, started && !interrupted);
	if (interrupted) {
		event->stop = GUEST_INTERRUPT;
		return;
	}
	event->stop = GUEST_GONE;
	event->signo = space->end_signal;
	if (!space->space.pid)
		return;

	if (host_seccomp_stopped(space, regs, event) && hide_trap)
		regs->flags &= ~X86_EFLAGS_TF;
}

/* ---- debug registers, which only a tracer can set ---- */

static int seccomp_debug_set(struct host_space *generic, const struct host_debug *debug)
{
	struct seccomp_space *space = seccomp_space_of(generic);
	int error = host_debug_attach(space->tid);

	if (error)
		return error == -EPERM ? -EIO : error;
	error = host_debug_load(space->tid, debug);
	if (error)
		host_debug_load(space->tid, &generic->debug);
	host_debug_detach(space->tid);
	return error;
}

static uint64_t seccomp_debug_status(struct host_space *generic)
{
	struct seccomp_space *space = seccomp_space_of(generic);
	uint64_t status = 0;

	if (!host_debug_attach(space->tid)) {
		status = host_debug_status(space->tid);
		host_debug_detach(space->tid);
	}
	return status;
}

const struct engine_ops engine_seccomp = {
	.name = "seccomp",
	.space_size = sizeof(struct seccomp_space),
	.sites = true,
	.run_maps = true,
	.init = seccomp_init,
	.shutdown = host_seccomp_shutdown,
	.space_create = seccomp_space_create,
	.space_destroy = seccomp_space_destroy,
	.space_reuse = seccomp_space_reuse,
	.flush = host_seccomp_flush,
	.run = seccomp_run,
	.stopped_for_sure = seccomp_stopped_for_sure,
	.fp_get = host_seccomp_fp_get,
	.fp_set = host_seccomp_fp_set,
	.debug_set = seccomp_debug_set,
	.debug_status = seccomp_debug_status,
	.kick = host_seccomp_kick,
	.child_ended = host_seccomp_child_ended,
	.idle = seccomp_idle,
};
