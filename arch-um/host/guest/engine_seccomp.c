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
 *   mapped, or sleeps there for certain (seccomp_space_reuse()).
 * - A guest thread that was kicked, keeps the turn and uses processor time is killed. So is a
 *   process whose threads all sleep although the process has the turn.
 */
#include "guest/engine_seccomp.h"
#include <asm/processor-flags.h>
#include <um/upcall.h>
#include "guest/debug_regs.h"
#include "guest/handover.h"
#include "guest/seccomp_process.h"
#include "guest/seccomp_stop.h"
#include "guest/seccomp_zygote.h"
#include "libk.h"
#include "lx/lx_signal.h"
#include "lx/lx_system.h"

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

/*
 * The guest code of the former user may only have pretended to stop. All its code is unmapped by
 * now. The reset signal leads the thread from any place to stub_wait. The random number, which only
 * the signal carries, proves that the thread got there.
 *
 * A thread that sleeps is in stub_wait already. But the former user may have left something in the
 * thread's registers that takes effect before the registers of the next user are loaded: the trap
 * flag, or a stack pointer that leaves no room for the signal frame of a kick. If the first run
 * ends because of that, it does not count as a run (unproven_stop()).
 */
static int seccomp_space_reuse(struct host_space *generic)
{
	struct seccomp_space *space = seccomp_space_of(generic);
	struct stub_mailbox *mailbox = space->mailbox;
	uint64_t epoch;

	if (!host_seccomp_is_alive(space))
		return -ECHILD;
	space->unproven = host_handover_sleeps(space);
	if (!space->unproven) {
		if (lx_getrandom(&epoch, sizeof(epoch), 0) != sizeof(epoch))
			return -EAGAIN;
		if (host_seccomp_begin(space))
			host_handover_reset(space, epoch);
		host_seccomp_end(space);
		if (__atomic_load_n(&mailbox->reset_epoch, __ATOMIC_ACQUIRE) != epoch)
			return -EAGAIN;
	}
	memset(generic->data->returns, 0, sizeof(generic->data->returns));
	space->frame = 0;
	space->fp_load = space->fp_saved = false;
	return 0;
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

/*
 * The first run of a reused space has ended, and its guest thread was asleep when the space was
 * reused (seccomp_space_reuse()). Returns true if the former user caused the end: then nothing
 * ran. A process that has ended is replaced once. If it was the new user who ended the process, the
 * new process will end as well. Page faults bring the mappings back.
 */
static bool unproven_stop(struct seccomp_space *space)
{
	static uint8_t fp[BOX_SIGNAL_STACK - BOX_FP];
	bool fp_load = space->fp_load;

	space->unproven = false;
	if (space->space.pid)
		return host_seccomp_woke_by_trap(space);
	host_handover_forget(space);
	memcpy(fp, space->mailbox->fp, sizeof(fp));
	if (host_seccomp_create(space))
		return false;
	memcpy(space->mailbox->fp, fp, sizeof(fp));
	space->fp_load = fp_load;
	space->space.nr_queued = 0;
	space->space.empty = true;
	return true;
}

static void seccomp_run(struct host_space *generic, struct host_regs *regs, unsigned int flags,
			struct guest_event *event)
{
	bool hide_trap = flags & GUEST_RUN_STEP && !(regs->flags & X86_EFLAGS_TF);
	struct seccomp_space *space = seccomp_space_of(generic);
	struct stub_mailbox *mailbox = space->mailbox;

	/* A jump to an address that is not canonical would fault inside the stub. */
	if (!is_canonical(regs->ip)) {
		*event = (struct guest_event) {
			.stop = GUEST_TRAP, .signo = SIGSEGV, .code = SI_KERNEL,
		};
		return;
	}
	host_seccomp_resume(space, regs, flags & GUEST_RUN_STEP);
	mailbox->kick = 0;
	mailbox->stop = 0;
	generic->data->save_fp = !!(flags & GUEST_RUN_SHARED);
	space->fp_saved = false;
	/* From here on an event kicks the guest thread; earlier events are in um_irqs_pending. */
	if (host_seccomp_begin(space)) {
		if (um_irqs_pending) {
			host_seccomp_end(space);
			event->stop = GUEST_INTERRUPT;
			return;
		}
		maps_and_turn(space);
	}
	host_seccomp_end(space);
	if (space->unproven && !generic->map_error && unproven_stop(space)) {
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
	.idle = host_handover_idle,
};
