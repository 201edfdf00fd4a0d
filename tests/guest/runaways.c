// SPDX-License-Identifier: GPL-2.0-only
/*
 * runaways.c - give the turn away without waking the kernel, or run on without the turn
 *
 * Guest code hands the turn over through memory that it can write itself (um/stub.h). Whatever it
 * writes, the other processes of the machine must soon continue, and no thread may use a processor
 * for long while its task sleeps. t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/time.h>
#include <time.h>

#include "forge.h"

/* The kernel's limits are below half a second; the rest is for a busy host. */
#define GAP_LIMIT 1.0

static struct shared {
	volatile unsigned long work;	/* grows while the runaway runs */
} *shared;

static unsigned long stub_stopped, stub_wait, stub_continue;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void landed(void)
{
	_exit(0);
}

/* Claims call @nr. Touches the shared page first: a fault would be a real stop. */
static void claim(long nr, long argument)
{
	shared->work++;
	/* The kernel first polls for the turn. After this computation it sleeps. */
	for (volatile long i = 0; i < 3000000; i++)
		;
	forge_call(landed, nr, argument, 0, 0);
}

static void begin(void)
{
	claim(SYS_getpid, 0);
}

/* ---- turns that do not wake the kernel ---- */

static void spins(long turn)
{
	begin();
	forge_turn(turn);
	for (;;)
		shared->work++;
}

static void spins_unwoken(long turn)
{
	begin();
	BOX->kernel_sleeps = 0;
	forge_turn(turn);
	for (;;)
		shared->work++;
}

/* Keeps the word on which the kernel sleeps at @value. */
static void holds_word(long value)
{
	begin();
	forge_turn(STUB_TURN_KERNEL);
	for (;;)
		BOX->kernel_sleeps = value;
}

static void holds_turn(long turn)
{
	begin();
	for (;;)
		BOX->turn = turn;
}

/* Holds the turn and the word, and keeps the kernel from seeing a kick. */
static void holds_all(long turn)
{
	begin();
	for (;;) {
		BOX->turn = turn;
		BOX->kernel_sleeps = 1;
		BOX->guest_sleeps = 1;
		BOX->kick = 0;
	}
}

static void toggles(long other)
{
	begin();
	for (;;) {
		BOX->turn = STUB_TURN_KERNEL;
		BOX->kernel_sleeps = 1;
		BOX->turn = other;
	}
}

static void sleeps(long turn)
{
	begin();
	BOX->guest_sleeps = 1;
	forge_turn(turn);
	forge_go(stub_wait);
}

/* Goes through the stub's own hand-over, which believes that the kernel is awake. */
static void stops_unwoken(long unused)
{
	(void)unused;
	begin();
	BOX->kernel_sleeps = 0;
	forge_go(stub_stopped);
}

static void gives(long turn)
{
	begin();
	forge_turn(turn);
}

static void loops(long turn)
{
	forge_loop(stub_continue, gives, turn);
}

static const struct way {
	const char *name;
	void (*fn)(long);
	long value;
} ways[] = {
	{ "gives the turn away and spins", spins, STUB_TURN_KERNEL },
	{ "gives the turn to itself and spins", spins, STUB_TURN_GUEST },
	{ "gives the turn to nobody and spins", spins, STUB_TURN_RESET },
	{ "gives the turn to the mapper and spins", spins, STUB_TURN_MAPPER },
	{ "gives an unknown turn and spins", spins, 12345 },
	{ "clears the kernel's word and spins", spins_unwoken, STUB_TURN_KERNEL },
	{ "clears the kernel's word, keeps the turn and spins", spins_unwoken, STUB_TURN_GUEST },
	{ "holds the kernel's word at 1", holds_word, 1 },
	{ "holds the kernel's word at 0", holds_word, 0 },
	{ "holds the kernel's word at -1", holds_word, -1 },
	{ "holds the turn at the guest", holds_turn, STUB_TURN_GUEST },
	{ "holds the turn at the mapper", holds_turn, STUB_TURN_MAPPER },
	{ "holds all words, turn at the kernel", holds_all, STUB_TURN_KERNEL },
	{ "holds all words, turn at the guest", holds_all, STUB_TURN_GUEST },
	{ "toggles the turn", toggles, STUB_TURN_GUEST },
	{ "toggles the turn with nobody", toggles, STUB_TURN_RESET },
	{ "gives the turn away and sleeps", sleeps, STUB_TURN_KERNEL },
	{ "keeps the turn and sleeps", sleeps, STUB_TURN_GUEST },
	{ "gives the turn to nobody and sleeps", sleeps, STUB_TURN_RESET },
	{ "gives the turn to the mapper and sleeps", sleeps, STUB_TURN_MAPPER },
	{ "gives an unknown turn and sleeps", sleeps, 12345 },
	{ "clears the kernel's word before it stops", stops_unwoken, 0 },
	{ "gives the turn away and loops in the stub", loops, STUB_TURN_KERNEL },
	{ "keeps the turn and loops in the stub", loops, STUB_TURN_GUEST },
};

/* Returns the longest time for which the machine stood still while @way ran. */
static double longest_gap(const struct way *way, int *status)
{
	double start = now(), last = start, gap = 0, time;
	pid_t pid = fork();

	if (pid == 0) {
		way->fn(way->value);
		_exit(0);
	}
	do {
		usleep(1000);
		time = now();
		if (time - last > gap)
			gap = time - last;
		last = time;
	} while (time - start < 0.5 && waitpid(pid, status, WNOHANG) == 0);
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	time = now();
	return time - last > gap ? time - last : gap;
}

/* ---- threads that run on ---- */

static struct timespec long_time = { .tv_sec = 1000 };

/* Claims to sleep for long, and works on. Where the kernel ends this process, the work ends. */
static void sleeps_and_works(long unused)
{
	(void)unused;
	claim(SYS_nanosleep, (long)&long_time);
	forge_turn(STUB_TURN_KERNEL);
	for (;;)
		shared->work++;
}

/* As above, but seldom in a moment when its claim is about to be checked. */
static void waits_and_works(long unused)
{
	(void)unused;
	claim(SYS_pause, 0);
	BOX->kernel_sleeps = 0;
	forge_turn(STUB_TURN_KERNEL);
	for (;;) {
		shared->work++;
		BOX->signo = 0;
		BOX->guest_sleeps = 1;
	}
}

static void rests(void)
{
	usleep(50000);
}

static void works(void)
{
	for (double end = now() + 0.05; now() < end; )
		syscall(SYS_getppid);
}

static void computes(void)
{
	for (volatile long i = 0; i < 30000000; i++)
		;
}

/* Does the thread of a task that sleeps stop working within a second? */
static bool stops_working(void (*runaway)(long), void (*others)(void))
{
	double end = now() + 1.5;
	unsigned long seen = 0;
	bool stopped = false;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		runaway(0);
		_exit(0);
	}
	while (!stopped && now() < end) {
		others();
		stopped = shared->work && shared->work == seen;
		seen = shared->work;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return stopped;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} others[] = {
		{ "while the machine rests", rests },
		{ "while another process makes calls", works },
		{ "while another process computes", computes },
	};

	if (!in_guest() || !attack_has_mailbox()) {
		skip("a runaway thread does not stop the machine",
		     in_guest() ? "this engine has no mailbox" : "not in a guest");
		return tap_done();
	}
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stub_stopped = forge_find_stopped();
	stub_wait = forge_find_wait();
	stub_continue = forge_find_continue();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int status = -1;
		double gap = longest_gap(&ways[i], &status);

		ok(gap < GAP_LIMIT, "the machine continues within a second if a thread %s",
		   ways[i].name);
		diag("it stood still for %.0f ms; status %#x", gap * 1000, status);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		shared->work = 0;
		ok(stops_working(sleeps_and_works, others[i].fn),
		   "a thread whose task sleeps does not run on, %s", others[i].name);
		shared->work = 0;
		ok(stops_working(waits_and_works, others[i].fn),
		   "neither does one that hides in its mailbox, %s", others[i].name);
	}
	ok(attack_machine_lives(), "the machine survives runaway threads");
	return tap_done();
}
