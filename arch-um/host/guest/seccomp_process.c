// SPDX-License-Identifier: GPL-2.0-only
/*
 * seccomp_process.c - start, run and end guest processes of the seccomp engine
 *
 * Each space has a process, which the zygote (seccomp_zygote.c) forks at our request. The zygote
 * and the mappers wait for requests on a word of their data page and answer through the
 * acknowledgement descriptor, a counter. Our SIGCHLD handler adds to the counter too, so a thread
 * that waits for an answer also learns that a process has ended.
 *
 * Called by engine_seccomp.c and seccomp_stop.c on the machine's thread, except the two signal
 * handlers at the end. A handler may run between any two instructions of the other functions. So
 * `running` is set before a space gets the turn and cleared when the turn is back.
 */
#include "guest/seccomp_process.h"
#include "guest/handover.h"
#include "guest/placement.h"
#include "guest/seccomp_zygote.h"
#include "guest/watch.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_poll.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "lx/lx_system.h"
#include "lx/lx_thread.h"
#include "lx/lx_time.h"

#define NSEC_PER_MSEC		1000000ULL

/*
 * Limits of a guest thread that was kicked. It may still use KICK_CPU_LIMIT of processor time, or
 * KICK_CPU_LATE if KICK_TIME_LIMIT has passed: a thread that uses less waits for a processor.
 * After UNNOTICED_LIMIT, guest code has kept this thread from seeing that the turn is back.
 */
#define KICK_CPU_LIMIT		(100 * NSEC_PER_MSEC)
#define KICK_CPU_LATE		(20 * NSEC_PER_MSEC)
#define KICK_TIME_LIMIT		(500 * NSEC_PER_MSEC)
#define UNNOTICED_LIMIT		(100 * NSEC_PER_MSEC)
#define KICK_AGAIN		(20 * NSEC_PER_MSEC)	/* time until the next kick */

static struct {
	struct seccomp_space *zygote;
	int ack_fd;
	struct seccomp_space *volatile running;	/* has the turn, or is about to get it */
	volatile bool child_ended;
	volatile bool quiet;			/* send no kicks; only check the limits */
	volatile bool look;			/* time for host_watch_look() */
	uint64_t kicked_at, kicked_cpu;		/* time and CPU time at the first kick; 0: none */
	uint64_t unnoticed_at;			/* see UNNOTICED_LIMIT; 0: not seen */
} machine = { .ack_fd = -1 };

/* ---- the end of processes ---- */

static bool process_ended(struct seccomp_space *space)
{
	int status = 0;

	if (space->space.pid && lx_wait4(space->space.pid, &status, WNOHANG | __WALL, NULL) == 0)
		return false;
	if (space->space.pid)
		space->end_signal = status & 0x7f;
	space->space.pid = 0;
	return true;
}

static void process_check(struct host_space *space)
{
	process_ended(seccomp_space_of(space));
}

/* Clear the pid of each space whose process has ended since the last call. */
static void ended_check(void)
{
	if (!machine.child_ended)
		return;
	machine.child_ended = false;
	host_spaces_visit(process_check);
}

void host_seccomp_kill(struct seccomp_space *space)
{
	int status;

	host_handover_forget(space);
	host_watch_forget(space);
	if (!space->space.pid)
		return;
	lx_kill(space->space.pid, SIGKILL);
	while (lx_wait4(space->space.pid, &status, __WALL, NULL) == -EINTR)
		;
	space->space.pid = 0;
}

bool host_seccomp_is_alive(struct seccomp_space *space)
{
	ended_check();
	if (space->condemned)
		host_seccomp_kill(space);
	return space->space.pid;
}

/* ---- requests ---- */

/* Wait for the next value of the acknowledgement descriptor. */
static uint64_t acknowledgement(void)
{
	uint64_t value;

	while (lx_read(machine.ack_fd, &value, sizeof(value)) != sizeof(value))
		;
	return value;
}

/* Discard the last reports of a process that has ended. */
static void acknowledgements_drop(void)
{
	uint64_t value = STUB_ACK_CHILD_ENDED;

	lx_write(machine.ack_fd, &value, sizeof(value));
	acknowledgement();
}

/* Send the mapper of @space a batch, or the zygote a request. */
static void request(struct host_space *space)
{
	struct stub_data *data = space->data;

	__atomic_store_n(&data->seq, data->seq + 1, __ATOMIC_SEQ_CST);
	lx_futex(&data->seq, FUTEX_WAKE, 1, NULL);
}

/* Guest code may change these values, but can lose only its own mappings that way. */
unsigned int host_seccomp_failed_command(struct seccomp_space *space, int *error)
{
	struct stub_mailbox *mailbox = space->mailbox;

	*error = __atomic_load_n(&mailbox->map_error, __ATOMIC_RELAXED);
	if (*error >= 0)
		*error = -EINVAL;
	return __atomic_load_n(&mailbox->map_index, __ATOMIC_RELAXED) % STUB_NR_COMMANDS;
}

static void mapper_follow(struct seccomp_space *space)
{
	host_placement_follow(space->space.pid, &space->mapper_cpu);
}

int host_seccomp_flush(struct host_space *generic, unsigned int *done)
{
	struct seccomp_space *space = seccomp_space_of(generic);
	uint64_t ack;
	int error;

	/* The flush of another space may have consumed the report that this process has ended. */
	if (!host_seccomp_is_alive(space))
		return -ECHILD;
	mapper_follow(space);
	request(generic);
	do {
		ack = acknowledgement();
		if (ack & STUB_ACK_DONE_VALUE)
			return 0;
	} while (!(ack & STUB_ACK_FAILED_VALUE) && !process_ended(space));
	if (!generic->pid) {
		acknowledgements_drop();
		return -ECHILD;
	}
	*done = host_seccomp_failed_command(space, &error);
	return error;
}

/* ---- start and end ---- */

static void data_init(struct stub_data *data)
{
	*data = (struct stub_data) {
		.ack_done = STUB_ACK_DONE_VALUE, .ack_failed = STUB_ACK_FAILED_VALUE,
	};
}

int host_seccomp_create(struct seccomp_space *space)
{
	struct stub_data *data = space->space.data;
	uint64_t ack, ready = 0;
	int error = 0;

	*space = (struct seccomp_space) {
		.space = space->space,
		.mailbox = (void *)data + UM_STUB_DATA_SIZE,
	};
	space->space.pid = 0;
	memset(space->mailbox, 0, UM_STUB_MAILBOX_SIZE);
	data_init(data);
	mapper_follow(machine.zygote);
	machine.zygote->space.data->nr_commands = space->space.slot;
	request(&machine.zygote->space);
	do {
		ack = acknowledgement();
		space->space.pid |= ack % STUB_ACK_DONE_VALUE;
		ready |= ack & STUB_ACK_READY;
		error = ack / STUB_ACK_ERROR;
		if (ack & STUB_ACK_CHILD_ENDED &&
		    (process_ended(machine.zygote) || (space->space.pid && process_ended(space))))
			error = EAGAIN;
	} while (!error && !(space->space.pid && ready));
	if (error) {
		host_seccomp_kill(space);
		acknowledgements_drop();
		return error == ENOMEM ? -ENOMEM : -EAGAIN;
	}
	space->tid = space->mailbox->tid;
	return 0;
}

int host_seccomp_start(void)
{
	struct host_space *zygote;
	int error;

	error = lx_eventfd2(0, EFD_CLOEXEC);
	if (error < 0)
		return error;
	machine.ack_fd = error;
	error = -ENOMEM;
	zygote = host_space_slot_take();
	if (!zygote)
		goto out_close;
	data_init(zygote->data);
	error = host_zygote_start(zygote, machine.ack_fd);
	if (error)
		goto out_close;
	machine.zygote = seccomp_space_of(zygote);
	while (!(acknowledgement() & STUB_ACK_READY)) {
		if (process_ended(machine.zygote)) {
			machine.zygote = NULL;
			error = -ECHILD;
			goto out_close;
		}
	}
	host_placement_init();
	host_handover_init();
	return 0;

out_close:
	lx_close(machine.ack_fd);
	machine.ack_fd = -1;
	return error;
}

void host_seccomp_shutdown(void)
{
	if (machine.zygote)
		host_seccomp_kill(machine.zygote);
}

/* ---- runs ---- */

bool host_seccomp_begin(struct seccomp_space *space)
{
	machine.kicked_at = machine.unnoticed_at = 0;
	host_watch_begin(space);
	machine.running = space;
	asm volatile("" : : : "memory");
	return host_seccomp_is_alive(space);
}

void host_seccomp_end(struct seccomp_space *space)
{
	machine.running = NULL;
	if (machine.child_ended && space->space.pid)
		process_ended(space);
	if (machine.look) {
		machine.look = false;
		host_watch_look();
	}
}

void host_seccomp_turn(struct seccomp_space *space)
{
	if (host_seccomp_begin(space))
		host_handover(space);
	host_seccomp_end(space);
}

int host_seccomp_reset(struct seccomp_space *space)
{
	uint64_t epoch;

	if (lx_getrandom(&epoch, sizeof(epoch), 0) != sizeof(epoch))
		return -EAGAIN;
	/* After the reset, no signal may be on its way. */
	machine.quiet = true;
	if (host_seccomp_begin(space))
		host_handover_reset(space, epoch);
	host_seccomp_end(space);
	machine.quiet = false;
	if (__atomic_load_n(&space->mailbox->reset_epoch, __ATOMIC_ACQUIRE) != epoch)
		return -EAGAIN;
	space->kicked = false;
	return space->space.pid ? 0 : -ECHILD;
}

/* ---- signal handlers ---- */

/*
 * Does not reap the process: this handler may have interrupted code that has read the pid and is
 * about to use it.
 */
static bool process_is_zombie(int pid)
{
	struct siginfo info = {};

	return !lx_waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

void host_seccomp_child_ended(void)
{
	uint64_t value = STUB_ACK_CHILD_ENDED;
	struct seccomp_space *space = machine.running;

	machine.child_ended = true;
	if (space && process_is_zombie(space->space.pid)) {
		space->ended = true;
		__atomic_store_n(&space->mailbox->turn, STUB_TURN_KERNEL, __ATOMIC_SEQ_CST);
		/* If this thread sleeps on the word, its restarted futex call now returns. */
		space->mailbox->kernel_sleeps = 0;
	}
	lx_write(machine.ack_fd, &value, sizeof(value));
}

/* Has the guest thread ignored a kick for so long that it does so on purpose? */
static bool kick_is_overdue(struct seccomp_space *space, bool unnoticed)
{
	bool stuck = host_handover_is_stuck(space);
	uint64_t cpu = lx_process_cpu(space->space.pid), now = host_time_now();

	/* While the mapper works, the processor time is its own. */
	if (!machine.kicked_at || !host_handover_mapper_sleeps(space)) {
		machine.kicked_at = now;
		machine.kicked_cpu = cpu;
	}
	if (unnoticed && !machine.unnoticed_at)
		machine.unnoticed_at = now;
	cpu -= machine.kicked_cpu;
	/* Soon after the first kick, a thread that got a signal may still count as asleep. */
	return (stuck && now - machine.kicked_at > KICK_AGAIN / 2) || cpu > KICK_CPU_LIMIT ||
	       (now - machine.kicked_at > KICK_TIME_LIMIT && cpu > KICK_CPU_LATE) ||
	       (unnoticed && now - machine.unnoticed_at > UNNOTICED_LIMIT);
}

void host_seccomp_kick(void)
{
	struct seccomp_space *space = machine.running;
	bool unnoticed;

	machine.look = true;
	if (!space || !space->space.pid)
		return;
	unnoticed = host_handover_unnoticed(space);
	if (kick_is_overdue(space, unnoticed)) {
		lx_kill(space->space.pid, SIGKILL);
	} else if (!unnoticed && !machine.quiet) {
		space->kicked = true;
		space->mailbox->kick = 1;
		lx_tgkill(space->space.pid, space->tid, STUB_SIGNAL_KICK);
	}
	/*
	 * Check again after KICK_AGAIN. The kernel's own timer is not lost: the kernel sets it
	 * again when it handles the event that led here.
	 */
	host_timer_set(host_time_now() + KICK_AGAIN);
}
