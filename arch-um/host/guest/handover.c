// SPDX-License-Identifier: GPL-2.0-only
/*
 * handover.c - pass the turn between the machine's thread and a guest thread
 *
 * Called by the seccomp engine on the machine's thread in the kernel process, except
 * host_handover_is_stuck(), host_handover_mapper_sleeps() and host_handover_unnoticed(), which a
 * signal handler calls. The other side of each hand-over is stub/stub_seccomp.S.
 *
 * Theory of operation
 *
 * One side runs while the other waits for the word `turn` in the mailbox to change. A waiting
 * thread either polls the word (spins), or sleeps on a futex word until the other side wakes it.
 * The cost depends on where the two threads are (one round trip of an empty system call, measured
 * here):
 *
 *   together   one processor, sleep and wake        5 us
 *   apart      two processors, both spin            0.3 us, and one processor is busy
 *   apart      two processors, sleep and wake       50 us: a processor must wake up
 *
 * So the machine is `together` by default. It goes `apart` while guest code stops so often that
 * spinning pays: after DENSE_RUNS stops within DENSE_TIME, guest threads move to another processor.
 * The machine goes together again when spinning fails too often, because guest code runs longer
 * than SPIN_TIME, or when the machine becomes idle.
 *
 * Two spaces that alternate (a pipe between processes) are a special case. While apart, each switch
 * between the spaces wakes a thread on the other processor, which costs more than spinning saves.
 * So if a space runs again soon several times in a row, it keeps its place and spins. The other
 * space then runs on the processor of the machine's thread, as if together. Once the spinning
 * thread has gone to sleep, the space that runs next takes its place.
 *
 * If other processes need the processors, going apart makes things worse, because each side waits
 * until its own processor is free. The sign of this is a time above STOLEN_TIME between two polls
 * of a spinning thread, or between a wake-up and its effect. The machine then stays together for a
 * while, twice as long each time (BACKOFF_*). An idle machine does not spin.
 *
 * Only the kernel process decides where threads run and how long they spin. A guest thread spins as
 * often as its data page says, which is 0 while the machine is together or another space runs.
 */
#include "guest/handover.h"
#include "guest/placement.h"
#include "lx/lx_signal.h"
#include "lx/lx_thread.h"

#define NSEC_PER_USEC	1000ULL
#define SPIN_TIME	(50 * NSEC_PER_USEC)
#define STOLEN_TIME	(150 * NSEC_PER_USEC)	/* between two polls: another process ran */
#define DENSE_RUNS	32
#define DENSE_TIME	(DENSE_RUNS * 25 * NSEC_PER_USEC)
#define FAILURES_MAX	8		/* spins that may fail in roughly 64 runs */
#define RETURNS_ENOUGH	4		/* returns to the previous space, in a row */
#define PATIENCE	4		/* times SPIN_TIME: how long such a space may spin */
#define BACKOFF_MIN	(20000 * NSEC_PER_USEC)
#define BACKOFF_MAX	(4000000 * NSEC_PER_USEC)

static struct {
	bool apart;
	uint64_t ticks_per_usec;
	uint32_t guest_spins;		/* polls of the stub in SPIN_TIME */
	struct seccomp_space *spinning;	/* its guest thread may spin now */
	struct seccomp_space *before;	/* the previous one, which spun until before_until */
	uint64_t before_until;
	unsigned int returns;		/* see RETURNS_ENOUGH */
	volatile bool waiting;		/* the other side was woken, and still has the turn */
	unsigned int runs, failures;	/* since the last decision */
	uint64_t runs_since;
	uint64_t backoff, together_until;
} handover;

static uint64_t ticks(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	return (uint64_t)high << 32 | low;
}

static uint64_t ticks_of(uint64_t nsec)
{
	return nsec * handover.ticks_per_usec / NSEC_PER_USEC;
}

static void relax(void)
{
	asm volatile("pause" : : : "memory");
}

void host_handover_init(void)
{
	uint64_t time = host_time_now(), start = ticks(), loops = 0, nsec;

	do {
		relax();
		loops++;
		nsec = host_time_now() - time;
	} while (nsec < 200 * NSEC_PER_USEC);
	handover.ticks_per_usec = (ticks() - start) * NSEC_PER_USEC / nsec ?: 1;

	start = ticks();
	for (loops = 0; loops < 1000; loops++)
		relax();
	handover.guest_spins = ticks_of(SPIN_TIME) * loops / (ticks() - start + 1);
	handover.backoff = BACKOFF_MIN;
}

static void guest_spin_set(struct seccomp_space *space, uint32_t spins)
{
	__atomic_store_n(&space->space.data->spin, spins, __ATOMIC_RELAXED);
}

/* Only the guest thread of @space may spin from now on (NULL: no guest thread). */
static void spinner_set(struct seccomp_space *space)
{
	if (handover.spinning == space)
		return;
	if (handover.spinning)
		guest_spin_set(handover.spinning, 0);
	if (space)
		guest_spin_set(space, handover.guest_spins *
				      (handover.returns < RETURNS_ENOUGH ? 1 : PATIENCE));
	handover.spinning = space;
}

static void go_together(void)
{
	if (!handover.apart)
		return;
	handover.apart = false;
	handover.runs = 0;
	spinner_set(NULL);
	host_placement_guests(false);
}

static void go_apart(void)
{
	if (!host_placement_guests(true))
		return;
	handover.apart = true;
	handover.failures = 0;
	handover.runs = 0;
}

/* Another process needs the processor we are spinning on. */
static void give_way(uint64_t now)
{
	go_together();
	handover.together_until = now + ticks_of(handover.backoff);
	if (handover.backoff < BACKOFF_MAX)
		handover.backoff *= 2;
}

/* Called once for each run while together: is it time to go apart? */
static void density_count(uint64_t now)
{
	if (++handover.runs < DENSE_RUNS)
		return;
	if (now - handover.runs_since < ticks_of(DENSE_TIME) && now > handover.together_until)
		go_apart();
	handover.runs = 0;
	handover.runs_since = now;
}

/* Called while apart, for each run that was short enough. */
static void success_count(void)
{
	if (++handover.runs < 8)
		return;
	handover.runs = 0;
	if (handover.failures)
		handover.failures--;
	else if (handover.backoff > BACKOFF_MIN)
		handover.backoff -= handover.backoff / 16;
}

static bool turn_is_back(struct stub_mailbox *mailbox)
{
	return __atomic_load_n(&mailbox->turn, __ATOMIC_ACQUIRE) == STUB_TURN_KERNEL;
}

/* Returns true if the turn came back within SPIN_TIME. */
static bool spin(struct stub_mailbox *mailbox)
{
	uint64_t start = ticks(), seen = start, now;

	while (!turn_is_back(mailbox)) {
		relax();
		now = ticks();
		if (now - seen > ticks_of(STOLEN_TIME)) {
			give_way(now);
			return false;
		}
		if (now - start > ticks_of(SPIN_TIME)) {
			if (++handover.failures > FAILURES_MAX)
				go_together();
			return false;
		}
		seen = now;
	}
	success_count();
	return true;
}

static void sleep_for_turn(struct stub_mailbox *mailbox)
{
	for (;;) {
		__atomic_exchange_n(&mailbox->kernel_sleeps, 1, __ATOMIC_SEQ_CST);
		if (turn_is_back(mailbox))
			break;
		lx_futex(&mailbox->kernel_sleeps, FUTEX_WAIT, 1, NULL);
		if (turn_is_back(mailbox))
			break;
	}
	mailbox->kernel_sleeps = 0;
}

static void guest_follow(struct seccomp_space *space, bool beside)
{
	host_placement_follow_guest(space->tid, beside, &space->guest_cpu);
}

/*
 * Give the turn to a thread of @space. If the process ended just before, this store overwrites the
 * turn that host_seccomp_child_ended() has taken back. Then take the turn back again, because no
 * thread is left to return it.
 */
static void turn_give(struct seccomp_space *space, uint32_t turn)
{
	__atomic_exchange_n(&space->mailbox->turn, turn, __ATOMIC_SEQ_CST);
	if (space->ended)
		__atomic_store_n(&space->mailbox->turn, STUB_TURN_KERNEL, __ATOMIC_SEQ_CST);
}

/*
 * Should @space, which is about to run while apart, share the processor of the machine's thread?
 * True: another space spins, is likely to run again soon and keeps its place.
 */
static bool runs_beside(struct seccomp_space *space)
{
	uint64_t now;

	if (!handover.spinning || handover.spinning == space)
		return false;
	if (handover.returns >= RETURNS_ENOUGH) {
		if (!__atomic_load_n(&handover.spinning->mailbox->guest_sleeps, __ATOMIC_RELAXED))
			return true;
		handover.returns = 0;
	}
	now = ticks();
	if (space == handover.before && now - handover.before_until < ticks_of(SPIN_TIME))
		handover.returns++;
	else
		handover.returns = 0;
	handover.before = handover.spinning;
	handover.before_until = now;
	return false;
}

/* Go together if a wake-up at @from took effect too late, at @to. */
static void latency_check(uint64_t from, uint64_t to)
{
	if (handover.apart && (int64_t)(to - from) > (int64_t)ticks_of(STOLEN_TIME))
		give_way(ticks());
}

bool host_handover_sleeps(struct seccomp_space *space)
{
	if (!space->asleep)
		space->asleep = lx_futex_sleepers(&space->mailbox->guest_sleeps) == 1;
	return space->asleep;
}

void host_handover(struct seccomp_space *space)
{
	struct stub_mailbox *mailbox = space->mailbox;
	bool beside = handover.apart && runs_beside(space), spins = handover.apart && !beside;
	uint64_t woken = 0;

	space->asleep = false;
	if (spins)
		spinner_set(space);
	else
		mailbox->kernel_sleeps = 1;	/* this thread is going to sleep */
	guest_follow(space, beside);
	turn_give(space, STUB_TURN_GUEST);
	if (__atomic_load_n(&mailbox->guest_sleeps, __ATOMIC_RELAXED)) {
		mailbox->guest_sleeps = 0;
		woken = ticks();
		lx_futex(&mailbox->guest_sleeps, FUTEX_WAKE, 1, NULL);
	}
	handover.waiting = true;
	if (!spins) {
		sleep_for_turn(mailbox);
		if (!beside)
			density_count(ticks());
		woken = 0;
	} else if (!spin(mailbox)) {
		sleep_for_turn(mailbox);
		latency_check(mailbox->stopped_ticks, ticks());
	}
	handover.waiting = false;
	if (woken)
		latency_check(woken, mailbox->woken_ticks);
}

bool host_handover_mapper_sleeps(struct seccomp_space *space)
{
	return lx_futex_sleepers(&space->space.data->seq) == 1;
}

bool host_handover_is_stuck(struct seccomp_space *space)
{
	/* Check in this order: the mapper wakes the guest thread before it sleeps itself. */
	return handover.waiting && host_handover_mapper_sleeps(space) &&
	       lx_futex_sleepers(&space->mailbox->guest_sleeps) == 1 &&
	       !turn_is_back(space->mailbox);
}

bool host_handover_unnoticed(struct seccomp_space *space)
{
	if (!handover.waiting || !turn_is_back(space->mailbox))
		return false;
	/* If this thread sleeps on the word, its restarted futex call now returns. */
	__atomic_store_n(&space->mailbox->kernel_sleeps, 0, __ATOMIC_SEQ_CST);
	return true;
}

bool host_handover_by_mapper(struct seccomp_space *space)
{
	struct stub_mailbox *mailbox = space->mailbox;
	struct stub_data *data = space->space.data;

	/*
	 * While apart, this thread spins on the mapper's processor, so nothing would be saved. And
	 * a guest thread that only pretends to have stopped could take the turn while the mapper
	 * still reads the commands. A guest thread that sleeps on its word cannot.
	 */
	if (handover.apart || !host_handover_sleeps(space))
		return false;
	space->asleep = false;
	host_placement_follow(space->space.pid, &space->mapper_cpu);
	guest_follow(space, false);
	data->then_guest = 1;
	mailbox->kernel_sleeps = 1;
	turn_give(space, STUB_TURN_MAPPER);
	__atomic_store_n(&data->seq, data->seq + 1, __ATOMIC_SEQ_CST);
	lx_futex(&data->seq, FUTEX_WAKE, 1, NULL);
	handover.waiting = true;
	sleep_for_turn(mailbox);
	handover.waiting = false;
	data->then_guest = 0;
	density_count(ticks());
	return true;
}

int host_handover_reset(struct seccomp_space *space, uint64_t epoch)
{
	struct siginfo info = { .si_signo = STUB_SIGNAL_RESET, .si_code = SI_QUEUE };
	struct stub_mailbox *mailbox = space->mailbox;
	int error;

	space->asleep = false;
	guest_follow(space, false);
	turn_give(space, STUB_TURN_RESET);
	info.si_ptr = (void *)epoch;
	error = lx_rt_tgsigqueueinfo(space->space.pid, space->tid, STUB_SIGNAL_RESET, &info);
	handover.waiting = true;
	if (!error && !(handover.apart && spin(mailbox)))
		sleep_for_turn(mailbox);
	handover.waiting = false;
	return error;
}

void host_handover_idle(void)
{
	go_together();
	handover.runs = 0;
}

void host_handover_forget(struct seccomp_space *space)
{
	if (handover.spinning == space)
		handover.spinning = NULL;
	if (handover.before == space)
		handover.before = NULL;
}
