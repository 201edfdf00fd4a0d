// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch.c - find guest threads that run on although they have given the turn away
 *
 * Called by engine_seccomp.c and seccomp_process.c on the machine's thread, while no space has the
 * turn.
 *
 * Theory of operation
 *
 * Guest code can give the turn away and run on. It harms no memory of others (engine_seccomp.c),
 * but it uses a processor while the guest's kernel believes that its task sleeps, so nothing limits
 * or accounts for that time. Therefore a space is watched from each run on until the host says that
 * its guest thread sleeps in the stub. An honest thread does so within a fraction of a millisecond,
 * unless the host lets it wait for a processor.
 *
 * host_watch_look() is called after a tick of the kernel has interrupted guest code, and before and
 * during a sleep of the machine. A thread that is found awake becomes suspect:
 *
 *   AWAKE    awake at one look
 *   PROBED   awake at a second look without a run in between: got the signal of a kick
 *
 * The kick tells where the thread is. In the stub, it has no effect. In guest code, the stub's
 * handler notes it in the mailbox, where nobody else writes while the space does not have the turn.
 * This is the proof: the process is killed. A thread that stays in the stub without going to sleep
 * runs a loop of frames that it has made itself; its processor time gives it away.
 */
#include "guest/watch.h"
#include "guest/handover.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "lx/lx_time.h"

#define LOOP_CPU_LIMIT	200000000ULL	/* ns; far more than an honest thread and the mapper use */

enum { AWAKE = 1, PROBED = 2 };

static struct seccomp_space *watched;

static bool ran_without_turn(struct seccomp_space *space)
{
	return space->suspicion == PROBED &&
	       __atomic_load_n(&space->mailbox->signo, __ATOMIC_RELAXED) == STUB_SIGNAL_KICK;
}

/* The process cannot run guest code from now on. It is reaped before the space is used again. */
static void condemn(struct seccomp_space *space)
{
	space->condemned = true;
	/* The process may have ended meanwhile, and pid 0 would be this process. */
	if (space->space.pid)
		lx_kill(space->space.pid, SIGKILL);
}

void host_watch_begin(struct seccomp_space *space)
{
	if (space->suspicion) {
		if (ran_without_turn(space))
			condemn(space);
		space->suspicion = 0;
	}
	if (space->watched || !space->space.pid || space->condemned)
		return;
	space->watched = true;
	space->watch_next = watched;
	watched = space;
}

void host_watch_forget(struct seccomp_space *space)
{
	struct seccomp_space **link = &watched;

	if (!space->watched)
		return;
	while (*link != space)
		link = &(*link)->watch_next;
	*link = space->watch_next;
	space->watched = false;
	space->suspicion = 0;
}

static void probe(struct seccomp_space *space)
{
	__atomic_store_n(&space->mailbox->signo, 0, __ATOMIC_SEQ_CST);
	space->kicked = true;
	lx_tgkill(space->space.pid, space->tid, STUB_SIGNAL_KICK);
	space->probe_cpu = lx_process_cpu(space->space.pid);
}

static void look_at(struct seccomp_space *space)
{
	if (host_handover_sleeps(space) && !ran_without_turn(space)) {
		host_watch_forget(space);
	} else if (!space->suspicion) {
		space->suspicion = AWAKE;
	} else if (space->suspicion == AWAKE) {
		probe(space);
		space->suspicion = PROBED;
	} else if (ran_without_turn(space) ||
		   lx_process_cpu(space->space.pid) - space->probe_cpu > LOOP_CPU_LIMIT) {
		condemn(space);
	}
}

bool host_watch_look(void)
{
	struct seccomp_space *space = watched, *next;

	for (; space; space = next) {
		next = space->watch_next;
		if (space->space.pid && !space->condemned)
			look_at(space);
		else
			host_watch_forget(space);
	}
	return watched;
}
