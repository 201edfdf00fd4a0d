// SPDX-License-Identifier: GPL-2.0-only
/*
 * seccomp_reuse.c - give the process of a space to another user
 *
 * Called by engine_seccomp.c on the machine's thread. By now nothing of the guest is mapped in the
 * space, and guest code of the former user cannot run any more.
 *
 * Theory of operation
 *
 * Three things of the former user could remain:
 *
 *   memory     The mailbox holds registers, also in signal frames, and the data page holds
 *              addresses. Guest code can read both, so they are cleared.
 *   place      The former user may only have pretended to stop. The reset signal leads the guest
 *              thread from any place to stub_wait. The random number, which only the signal
 *              carries, proves that the thread got there. A thread that sleeps for certain is in
 *              stub_wait already and needs no reset, which would cost 5 us.
 *   registers  A sleeping thread still has registers of the former user until it loads those of the
 *              new one. They may be set to do harm: the trap flag, a protection key that the stub
 *              needs, a stack pointer that leaves no room for a signal frame. And a signal that
 *              arrives in this time writes them to the mailbox.
 *
 * So the space is `unproven` from its reuse until code of the new user has run. If the thread stops
 * in the stub before that, or the host ends the process because it cannot deliver a signal, the
 * process is replaced; the kernel process still has all registers of the new user. If a signal was
 * sent to the thread, the thread is reset and the mailbox cleared before the next run. This is
 * complete, because the kick is set before its signal is sent: a thread that gets the signal before
 * it loads the registers sees the kick and runs no guest code in this run.
 *
 * New guest code that jumps into the stub, or points its stack there, is at worst replaced once and
 * starts again.
 */
#include "guest/seccomp_reuse.h"
#include "guest/handover.h"
#include "guest/seccomp_process.h"
#include "guest/seccomp_stop.h"
#include "libk.h"
#include "lx/lx_signal.h"

/*
 * Clear the mailbox behind the three words that pass the turn. The guest thread, which may still be
 * on its way from stub_reset to sleep, uses nothing there but two time stamps.
 */
static void mailbox_clear(struct stub_mailbox *mailbox)
{
	memset(&mailbox->kick, 0, UM_STUB_MAILBOX_SIZE - offsetof(struct stub_mailbox, kick));
}

static int thread_prepare(struct seccomp_space *space)
{
	int error = 0;

	if (!host_handover_sleeps(space) || space->kicked)
		error = host_seccomp_reset(space);
	if (error)
		return error;
	/* The former user may have cleared the word on which its thread sleeps. */
	if (space->asleep)
		space->mailbox->guest_sleeps = 1;
	mailbox_clear(space->mailbox);
	return 0;
}

int host_seccomp_reuse(struct seccomp_space *space)
{
	int error = host_seccomp_is_alive(space) ? thread_prepare(space) : -ECHILD;

	if (error)
		return error;
	memset(space->space.data->returns, 0, sizeof(space->space.data->returns));
	space->unproven = true;
	space->frame = 0;
	space->fp_load = space->fp_saved = false;
	return 0;
}

/* Start a new process for @space. Page faults bring the mappings back. */
static int process_replace(struct seccomp_space *space)
{
	int error;

	host_seccomp_kill(space);
	error = host_seccomp_create(space);
	if (error)
		return error;
	space->space.nr_queued = 0;
	space->space.empty = true;
	space->space.debug = (struct host_debug) {};
	return 0;
}

/* As thread_prepare() or process_replace(), but keep the FP state of the new user. */
static int prepare_again(struct seccomp_space *space, bool replace)
{
	static uint8_t fp[BOX_SIGNAL_STACK - BOX_FP];
	bool fp_load = space->fp_load;
	int error;

	memcpy(fp, space->mailbox->fp, sizeof(fp));
	error = replace ? process_replace(space) : thread_prepare(space);
	memcpy(space->mailbox->fp, fp, sizeof(fp));
	space->fp_load = fp_load;
	return error;
}

void host_seccomp_reuse_begin(struct seccomp_space *space)
{
	if (space->kicked && prepare_again(space, false))
		prepare_again(space, true);
}

bool host_seccomp_reuse_continues(struct seccomp_space *space, bool ran)
{
	bool lost = !space->space.pid;

	if (lost ? ran && space->end_signal != SIGSEGV : ran && host_seccomp_code_ran(space)) {
		space->unproven = false;
		return false;
	}
	if (lost || (ran && space->mailbox->stop != STUB_STOP_AGAIN))
		return !prepare_again(space, true);
	return true;
}
