// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine_seccomp.c - run guest code in host processes that hand over through shared memory
 *
 * Theory of operation
 *
 * A space's process has a guest thread and a mapper (stub/stub_seccomp.S). Both it and
 * this thread see the space's mailbox. The word `turn` in it says who goes on: this thread
 * fills in the registers and gives the turn to the guest thread (handover.c); the stub
 * writes down why guest code stopped and gives it back.
 *
 * Where the registers of a stopped guest are:
 *   space->frame   in the signal frame there, FP state included; a resume loads the
 *                  frame, so they are changed in place
 *   otherwise      in the mailbox; the FP state is in the processor registers of the
 *                  guest thread, unless fp_load says that it waits in the mailbox
 *
 * What guest code can do about it. It can write the mailbox, stop without stopping (give the turn
 * away and run on), and jump to any place of the stub. So
 * - all that is read from the mailbox is read once, and used as guest registers and
 *   events: things that guest code may choose anyway. Addresses into the mailbox are checked.
 * - what takes a mapping away is done before the page gets another use: guest code that
 *   runs on loses it all the same. Only a guest thread of which the host says that it sleeps
 *   on the word in its mailbox stands still for sure, since that one call is allowed at one
 *   place of the stub, and nothing but this thread wakes it (stopped_for_sure). The mapper's
 *   acknowledgement comes through a descriptor that the guest thread does not have.
 * - a space gets another address space only after its guest thread was seen in the stub
 *   with nothing mapped, or sleeps there for sure (seccomp_reuse()).
 * - a guest thread that keeps the turn although it was kicked, and uses processor time meanwhile,
 *   is ended; so is one that sleeps in the stub with a turn that is not its to keep.
 */
#include <um/upcall.h>
#include "guest/debug_regs.h"
#include "guest/engine.h"
#include "guest/handover.h"
#include "host_internal.h"
#include "libk.h"
#include "lx.h"
#include "guest/placement.h"
#include "guest/seccomp_engine.h"

#define NSEC_PER_MSEC		1000000ULL

/* What a kicked guest thread may still use of a processor. */
#define KICK_CPU_LIMIT		(200 * NSEC_PER_MSEC)
#define KICK_AGAIN		(20 * NSEC_PER_MSEC)

static struct {
	struct host_space *zygote;
	int ack_fd;
	struct host_space *volatile running;	/* whose guest code runs, or should */
	volatile bool child_ended;
	uint64_t kicked_cpu;			/* 0: not kicked since the run began */
} machine;

/* ---- processes ---- */

static bool process_ended(struct host_space *space)
{
	int status = 0;

	if (space->pid && lx_wait4(space->pid, &status, WNOHANG | __WALL, NULL) == 0)
		return false;
	if (space->pid)
		space->end_signal = status & 0x7f;
	space->pid = 0;
	return true;
}

static void process_check(struct host_space *space)
{
	process_ended(space);
}

/* Learn which processes ended since the last look: their spaces have no pid afterwards. */
static void ended_check(void)
{
	if (!machine.child_ended)
		return;
	machine.child_ended = false;
	host_spaces_visit(process_check);
}

/*
 * From here on the handlers below know whom the turn is given to. False: the process has ended;
 * an end that comes later is noticed in whatever this thread waits for.
 */
static bool running_begin(struct host_space *space)
{
	machine.kicked_cpu = 0;
	machine.running = space;
	asm volatile("" : : : "memory");
	ended_check();
	return space->pid;
}

void host_seccomp_kill(struct host_space *space)
{
	int status;

	host_handover_forget(space);
	if (!space->pid)
		return;
	lx_kill(space->pid, SIGKILL);
	while (lx_wait4(space->pid, &status, __WALL, NULL) == -EINTR)
		;
	space->pid = 0;
}

/* Without reaping it: handlers may come between a look at the pid and its use. */
static bool process_is_zombie(int pid)
{
	struct siginfo info = {};

	return !lx_waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

static void seccomp_child_ended(void)
{
	uint64_t value = STUB_ACK_CHILD_ENDED;
	struct host_space *space = machine.running;

	machine.child_ended = true;
	if (space && process_is_zombie(space->pid)) {
		space->ended = true;
		__atomic_store_n(&space->mailbox->turn, STUB_TURN_KERNEL, __ATOMIC_SEQ_CST);
		/* A sleep of this thread that is resumed finds the word changed, and ends. */
		space->mailbox->kernel_sleeps = 0;
	}
	lx_write(machine.ack_fd, &value, sizeof(value));
}

/* Wait for news on the acknowledgement descriptor. */
static uint64_t acknowledgement(void)
{
	uint64_t value;

	while (lx_read(machine.ack_fd, &value, sizeof(value)) != sizeof(value))
		;
	return value;
}

/* Forget what a process that has ended may have reported last. */
static void acknowledgements_drop(void)
{
	uint64_t value = STUB_ACK_CHILD_ENDED;

	lx_write(machine.ack_fd, &value, sizeof(value));
	acknowledgement();
}

/* Give the mapper of @space a batch, or the zygote a request. */
static void request(struct host_space *space)
{
	struct stub_data *data = space->data;

	__atomic_store_n(&data->seq, data->seq + 1, __ATOMIC_SEQ_CST);
	lx_futex(&data->seq, FUTEX_WAKE, 1, NULL);
}

/* Which command failed, and why. A lie about it is the guest's own loss. */
static unsigned int failed_command(struct host_space *space, int *error)
{
	struct stub_mailbox *mailbox = space->mailbox;

	*error = __atomic_load_n(&mailbox->map_error, __ATOMIC_RELAXED);
	if (*error >= 0)
		*error = -EINVAL;
	return __atomic_load_n(&mailbox->map_index, __ATOMIC_RELAXED) % STUB_NR_COMMANDS;
}

static int seccomp_flush(struct host_space *space, unsigned int *done)
{
	uint64_t ack;
	int error;

	/* Its end may have been reported to another flush, which was not interested. */
	ended_check();
	if (!space->pid)
		return -ECHILD;
	host_placement_follow(space);
	request(space);
	do {
		ack = acknowledgement();
		if (ack & STUB_ACK_DONE_VALUE)
			return 0;
	} while (!(ack & STUB_ACK_FAILED_VALUE) && !process_ended(space));
	if (!space->pid) {
		acknowledgements_drop();
		return -ECHILD;
	}
	*done = failed_command(space, &error);
	return error;
}

static void data_init(struct stub_data *data)
{
	*data = (struct stub_data) {
		.ack_done = STUB_ACK_DONE_VALUE, .ack_failed = STUB_ACK_FAILED_VALUE,
	};
}

static int seccomp_space_create(struct host_space *space)
{
	uint64_t ack, ready = 0;
	int error = 0;

	memset(space->mailbox, 0, BOX_SIGNAL_STACK);
	data_init(space->data);
	space->frame = 0;
	space->fp_load = space->asleep = space->unproven = false;
	space->ended = false;
	space->end_signal = 0;
	space->pid = 0;
	space->placement = space->guest_placement = 0;
	host_placement_follow(machine.zygote);
	machine.zygote->data->nr_commands = space->slot;
	request(machine.zygote);
	do {
		ack = acknowledgement();
		space->pid |= ack % STUB_ACK_DONE_VALUE;
		ready |= ack & STUB_ACK_READY;
		error = ack / STUB_ACK_ERROR;
		if (ack & STUB_ACK_CHILD_ENDED &&
		    (process_ended(machine.zygote) || (space->pid && process_ended(space))))
			error = EAGAIN;
	} while (!error && !(space->pid && ready));
	if (error) {
		host_seccomp_kill(space);
		acknowledgements_drop();
		return error == ENOMEM ? -ENOMEM : -EAGAIN;
	}
	space->tid = space->mailbox->tid;
	return 0;
}

/*
 * Guest code of the former user may not have stopped when it said so. Everything
 * that it could run is unmapped; the handler of the signal leads the thread from wherever it
 * is to its wait, and the number, which comes with the signal only, proves it.
 *
 * A thread that sleeps is in its wait already. But it may be there with what would
 * hit its next user, before that one's registers are loaded: the trap flag, or a stack pointer
 * where no frame of a kick has room. Such an end of the first run is none (unproven_stop()).
 */
static int seccomp_reuse(struct host_space *space)
{
	struct stub_mailbox *mailbox = space->mailbox;
	uint64_t epoch;

	ended_check();
	if (!space->pid)
		return -ECHILD;
	space->unproven = host_handover_sleeps(space);
	if (!space->unproven) {
		if (lx_getrandom(&epoch, sizeof(epoch), 0) != sizeof(epoch))
			return -EAGAIN;
		if (running_begin(space))
			host_handover_reset(space, epoch);
		machine.running = NULL;
		if (__atomic_load_n(&mailbox->reset_epoch, __ATOMIC_ACQUIRE) != epoch)
			return -EAGAIN;
	}
	memset(space->data->returns, 0, sizeof(space->data->returns));
	space->frame = 0;
	space->fp_load = space->fp_saved = false;
	return 0;
}

/* ---- start and end ---- */

static int seccomp_init(char *why, size_t why_size)
{
	int error = host_seccomp_check(why, why_size);

	if (error)
		return error;
	machine.ack_fd = lx_eventfd2(0, EFD_CLOEXEC);
	error = machine.ack_fd;
	if (error < 0)
		goto out;
	error = host_space_reserve(&machine.zygote);
	if (!error) {
		data_init(machine.zygote->data);
		error = host_zygote_start(machine.zygote, machine.ack_fd);
	}
	if (error)
		goto out_close;
	while (!(acknowledgement() & STUB_ACK_READY))
		if (process_ended(machine.zygote)) {
			error = -ECHILD;
			goto out_close;
		}
	host_placement_init();
	host_handover_init();
	snprintf(why, why_size, "seccomp (system calls by SIGSYS, often used ones by a jump)");
	return 0;

out_close:
	lx_close(machine.ack_fd);
out:
	snprintf(why, why_size, "cannot start a guest process (error %d%s)", -error,
		 error == -EAGAIN ? ": no more processes allowed, see ulimit -u" : "");
	return error;
}

static void seccomp_shutdown(void)
{
	if (machine.zygote)
		host_seccomp_kill(machine.zygote);
}

/* ---- running ---- */

/* Let the mapper carry out what is queued, then the guest thread run. */
static void maps_and_turn(struct host_space *space)
{
	struct stub_mailbox *mailbox = space->mailbox;

	if (!space->nr_queued) {
		host_handover(space);
		return;
	}
	if (host_handover_by_mapper(space)) {
		if (__atomic_load_n(&mailbox->stop, __ATOMIC_RELAXED) == STUB_STOP_MAP_FAILED)
			space->map_failed = failed_command(space, &space->map_error);
	} else {
		space->map_error = seccomp_flush(space, &space->map_failed);
		if (!space->map_error)
			host_handover(space);
	}
	space->nr_queued = 0;
}

static bool is_canonical(uint64_t addr)
{
	return (int64_t)(addr << 16) >> 16 == (int64_t)addr;
}

/*
 * The first run of a space that came from a former user unseen (seccomp_reuse()) ended. Returns
 * true if by what that one left: nothing ran then. A process that ended is replaced, once: if it
 * was the new user's doing after all, that happens again. Its mappings come by faults.
 */
static bool unproven_stop(struct host_space *space)
{
	static uint8_t fp[BOX_SIGNAL_STACK - BOX_FP];
	bool fp_load = space->fp_load;

	space->unproven = false;
	if (space->pid)
		return host_seccomp_woke_by_trap(space);
	host_handover_forget(space);
	memcpy(fp, space->mailbox->fp, sizeof(fp));
	if (seccomp_space_create(space))
		return false;
	memcpy(space->mailbox->fp, fp, sizeof(fp));
	space->fp_load = fp_load;
	space->nr_queued = 0;
	space->empty = true;
	return true;
}

static void seccomp_run(struct host_space *space, struct host_regs *regs, unsigned int flags,
			struct guest_event *event)
{
	bool hide_trap = flags & GUEST_RUN_STEP && !(regs->flags & FLAGS_TRAP);
	struct stub_mailbox *mailbox = space->mailbox;

	/* The processor would complain about the stub's jump there. */
	if (!is_canonical(regs->ip)) {
		*event = (struct guest_event) {
			.stop = GUEST_TRAP, .signo = SIGSEGV, .code = SI_KERNEL,
		};
		return;
	}
	host_seccomp_resume(space, regs, flags & GUEST_RUN_STEP);
	mailbox->kick = 0;
	mailbox->stop = 0;
	space->data->save_fp = !!(flags & GUEST_RUN_SHARED);
	space->fp_saved = false;
	/* From here on a handler kicks the guest thread; before, it left um_irqs_pending. */
	if (running_begin(space)) {
		if (um_irqs_pending) {
			machine.running = NULL;
			event->stop = GUEST_INTERRUPT;
			return;
		}
		maps_and_turn(space);
	}
	machine.running = NULL;
	if (machine.child_ended && space->pid)
		process_ended(space);
	if (space->unproven && !space->map_error && unproven_stop(space)) {
		event->stop = GUEST_INTERRUPT;
		return;
	}
	event->stop = GUEST_GONE;
	event->signo = space->end_signal;
	if (!space->pid)
		return;

	if (host_seccomp_stopped(space, regs, event) && hide_trap)
		regs->flags &= ~FLAGS_TRAP;
}

void host_seccomp_turn(struct host_space *space)
{
	if (running_begin(space))
		host_handover(space);
	machine.running = NULL;
}

/* Processor time of the process, as a guest thread that does not stop goes on using it. */
static uint64_t process_cpu(int pid)
{
	struct __kernel_timespec time = {};

	/* The host's number for the processor time clock of a process. */
	lx_clock_gettime(~pid << 3 | 2, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static void seccomp_kick(void)
{
	struct host_space *space = machine.running;
	bool stuck;
	uint64_t cpu;

	if (!space)
		return;
	stuck = host_handover_is_stuck(space);
	space->mailbox->kick = 1;
	lx_tgkill(space->pid, space->tid, STUB_SIGNAL_KICK);
	cpu = process_cpu(space->pid) + 1;
	if (!machine.kicked_cpu)
		machine.kicked_cpu = cpu;
	else if (cpu - machine.kicked_cpu > KICK_CPU_LIMIT || stuck)
		lx_kill(space->pid, SIGKILL);
	/* No timer is due for the kernel until it has seen this event: look again then. */
	host_timer_set(host_time_now() + KICK_AGAIN);
}

/* ---- debug registers: only a tracer can set them ---- */

static int seccomp_debug_set(struct host_space *space, const struct host_debug *debug)
{
	int error = host_debug_attach(space->tid);

	if (error)
		return error == -EPERM ? -EIO : error;
	error = host_debug_load(space->tid, debug);
	if (error)
		host_debug_load(space->tid, &space->debug);
	host_debug_detach(space->tid);
	return error;
}

static uint64_t seccomp_debug_status(struct host_space *space)
{
	uint64_t status = 0;

	if (!host_debug_attach(space->tid)) {
		status = host_debug_status(space->tid);
		host_debug_detach(space->tid);
	}
	return status;
}

const struct engine_ops engine_seccomp = {
	.name = "seccomp",
	.run_maps = true,
	.stopped_for_sure = host_handover_sleeps,
	.sites = true,
	.init = seccomp_init,
	.space_create = seccomp_space_create,
	.space_reuse = seccomp_reuse,
	.space_destroy = host_seccomp_kill,
	.flush = seccomp_flush,
	.run = seccomp_run,
	.fp_get = host_seccomp_fp_get,
	.fp_set = host_seccomp_fp_set,
	.debug_set = seccomp_debug_set,
	.debug_status = seccomp_debug_status,
	.kick = seccomp_kick,
	.child_ended = seccomp_child_ended,
	.idle = host_handover_idle,
	.shutdown = seccomp_shutdown,
};
