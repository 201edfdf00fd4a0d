// SPDX-License-Identifier: GPL-2.0-only
/*
 * forging.c - attack the kernel through the mailbox that it shares with guest code
 *
 * There are three attacks:
 * - A stop with forged contents, handed over in the same way as by the stub.
 * - A stop without stopping: the thread hands over its turn but keeps running. So the kernel
 *   carries out a call (munmap, fork, ...) for a process that is still running.
 * - A turn that is never returned, because the thread sleeps or spins in the stub.
 * An attack may harm only the attacker. Meanwhile a victim process maps and unmaps pages, and
 * checks that no other process writes to them. t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <sys/time.h>

#include "forge.h"

#define SECRET 0x5ec7e75ec7e7e700ul
#define PUBLIC 0x1111111111111111ul
#define POISON 0xbad0bad0bad0bad0ul

static struct shared {
	volatile long next;
	volatile long secrets, poisoned, torn, lies, rounds;
	volatile int stop;
} *shared;

static unsigned long stub_stopped, stub_wait_syscall, stub_continue;
static pid_t liar;
static volatile unsigned long *shown;	/* a running attacker's child must see this unchanged */

/* The kernel resumes the process here after a forged stop, on a separate stack. */
static void landed(void)
{
	if (syscall(SYS_getpid) != liar) {
		unsigned long first = shown ? *shown : 0;

		for (int i = 0; i < 20; i++) {
			sched_yield();
			if (shown && *shown != first)
				shared->torn++;
		}
		syscall(SYS_exit, 0);
	}
	siglongjmp(attack_back, 2);
}

static void lie_regs(long nr, long a, long b, long c)
{
	forge_call(landed, nr, a, b, c);
}

/* Claims to have stopped for call @nr and hands the turn to the kernel, but keeps running. */
static void lie(long nr, long a, long b, long c)
{
	lie_regs(nr, a, b, c);
	shared->lies++;
	forge_turn(STUB_TURN_KERNEL);
}

/* ---- forged contents, with the hand-over of the stub ---- */

static const unsigned long values[] = {
	0, 1, 2, 3, 5, 7, 0x7fffffff, 0x80000000, 0xffffffffffffffff,
	0x8000000000000000, 0xffffffff81000000, 0x40000000,
	UM_STUB_CODE, UM_STUB_MAILBOX, UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 64,
	UM_STUB_MAILBOX + UM_STUB_MAILBOX_SIZE - 8,
};
#define NR_VALUES (sizeof(values) / sizeof(values[0]))
#define NR_FIELDS ((BOX_REGS + NR_REGS * 8) / 8)
#define NR_STOPS 9
#define NR_FORGERIES (NR_FIELDS * NR_VALUES * NR_STOPS)

static void forge_fields(long nr)
{
	volatile unsigned long *box = (void *)BOX;

	lie_regs(SYS_getpid, 0, 0, 0);
	BOX->frame = UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x1000;
	BOX->info = UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x800;
	BOX->signo = nr % 33;
	BOX->stop = nr % NR_STOPS;
	box[nr / NR_STOPS / NR_VALUES] = values[nr / NR_STOPS % NR_VALUES];
	forge_go(stub_stopped);
}

/*
 * Forges signal frames: for each signal that the stub handles, each of values[] in each of the
 * first words of ucontext and siginfo.
 */
#define NR_FRAME_WORDS 32
#define NR_INFO_WORDS 4
#define NR_FRAMES (long)(NR_VALUES * (NR_FRAME_WORDS + NR_INFO_WORDS) * 8)

static void forge_frame(long nr)
{
	volatile unsigned long *frame = (void *)(UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x1000);
	volatile unsigned int *info = (void *)(UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x800);
	long word = nr / 8 / NR_VALUES;

	lie_regs(SYS_getpid, 0, 0, 0);
	BOX->frame = (unsigned long)frame;
	BOX->info = (unsigned long)info;
	BOX->signo = attack_signals[nr % 8];
	BOX->stop = STUB_STOP_SIGNAL;
	for (int i = 0; i < NR_FRAME_WORDS; i++)
		frame[i] = 0;
	frame[20] = BOX->regs[R_SP];
	frame[21] = BOX->regs[R_IP];
	frame[22] = 0x202;
	frame[28] = UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x2000;
	memset((void *)frame[28], 0, 4096);
	for (int i = 0; i < 16; i++)
		info[i] = 0;
	info[0] = attack_signals[nr % 8];
	info[2] = 1;
	if (word < NR_FRAME_WORDS)
		frame[word] = values[nr / 8 % NR_VALUES];
	else
		*(volatile unsigned long *)&info[2 * (word - NR_FRAME_WORDS)] =
			values[nr / 8 % NR_VALUES];
	forge_go(stub_stopped);
}

static void *second_thread(void *unused)
{
	for (;;)
		syscall(SYS_getppid);
	return unused;
}

static long series_end;
static void (*series_forge)(long nr);

static void series_child(long with_thread)
{
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } };
	pthread_t thread;

	liar = getpid();
	attack_handlers();
	if (with_thread)
		pthread_create(&thread, NULL, second_thread, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (shared->next < series_end) {
		long nr = shared->next++;

		ATTACK(series_forge(nr));
	}
}

static void series(void (*forge)(long), long nr, long with_thread)
{
	shared->next = 0;
	series_forge = forge;
	series_end = nr;
	while (shared->next < nr) {
		long before = shared->next;

		attack_in_child(series_child, with_thread);
		if (shared->next == before)
			shared->next++;
	}
}

/* ---- attackers that keep running ---- */

static void victim(void)
{
	enum { WORDS = 64 * 512 };

	while (!shared->stop) {
		volatile unsigned long *page = mmap(NULL, WORDS * 8, PROT_READ | PROT_WRITE,
						    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (int i = 0; i < WORDS; i++)
			page[i] = SECRET + (i & 0xff);
		sched_yield();
		for (int i = 0; i < WORDS; i++)
			if (page[i] != SECRET + (i & 0xff)) {
				shared->poisoned++;
				break;
			}
		munmap((void *)page, WORDS * 8);
	}
	_exit(0);
}

static void keep_using(volatile unsigned long *page)
{
	for (long i = 0; i < 200000; i++) {
		if ((page[i % 512] & ~0xfful) == SECRET) {
			shared->secrets++;
			return;
		}
		page[i % 512] = POISON + i;
		/* While the mapper works, give the turn back to the kernel too early. */
		if (i % 16 == 0 && BOX->turn == STUB_TURN_MAPPER)
			BOX->turn = STUB_TURN_KERNEL;
		/* The call has ended, so the page may already have another use. */
		if (i > 20000 && BOX->turn == STUB_TURN_GUEST)
			break;
	}
}

static void run_on(long kind)
{
	struct itimerval timer = { { 0, 30000 }, { 0, 30000 } };
	static volatile long round;

	liar = getpid();
	attack_handlers();
	setitimer(ITIMER_REAL, &timer, NULL);
	for (round = 0; round < shared->rounds; round++) {
		volatile unsigned long *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			_exit(1);
		page[0] = PUBLIC;
		ATTACK({
			switch (kind) {
			case 0: lie(SYS_munmap, (long)page, 4096, 0); break;
			case 1: lie(SYS_madvise, (long)page, 4096, MADV_DONTNEED); break;
			case 2: lie(SYS_mprotect, (long)page, 4096, PROT_NONE); break;
			case 3: shown = page; lie(SYS_fork, 0, 0, 0); break;
			case 4: lie(SYS_exit_group, 0, 0, 0); break;
			}
			keep_using(page);
		});
		munmap((void *)page, 4096);
		while (kind == 3 && waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

/* ---- turns that are not returned ---- */

static void sleeps_in_wait(long turn)
{
	attack_handlers();
	liar = getpid();
	lie_regs(SYS_getpid, 0, 0, 0);
	BOX->guest_sleeps = 1;
	BOX->turn = turn;
	ATTACK(forge_go(stub_wait_syscall));
}

/* Loops in the stub, and so ignores the kick. */
static void busy_in_stub(long unused)
{
	forge_loop(stub_continue, NULL, unused);
}

int main(void)
{
	static const char *const kinds[] = { "munmap", "madvise(DONTNEED)", "mprotect", "fork",
					     "exit_group" };
	const char *rounds = getenv("rounds");
	int status;
	pid_t pid;

	if (!in_guest() || !attack_has_mailbox()) {
		skip("a forged mailbox harms only its own space",
		     in_guest() ? "this engine has no mailbox" : "not in a guest");
		return tap_done();
	}
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared->rounds = rounds ? atol(rounds) : 60;
	stub_stopped = forge_find_stopped();
	stub_continue = forge_find_continue();
	stub_wait_syscall = forge_find_wait();
	if (!ok(stub_stopped && stub_continue && stub_wait_syscall,
		"the stub's code has the instructions that the attacks need"))
		return tap_done();

	for (int with_thread = 0; with_thread < 2; with_thread++) {
		const char *how = with_thread ? "while a second thread runs" : "alone";

		series(forge_fields, NR_FORGERIES, with_thread);
		ok(attack_machine_lives(),
		   "the machine survives each forged mailbox field, for each reason to stop, %s",
		   how);
		series(forge_frame, NR_FRAMES, with_thread);
		ok(attack_machine_lives(),
		   "the machine survives each forged word of the signal frame, %s", how);
	}

	pid = fork();
	if (pid == 0)
		victim();
	for (long kind = 0; kind < 5; kind++) {
		shared->lies = shared->secrets = shared->torn = 0;
		for (int i = 0; i < (kind == 4 ? 20 : 4); i++)
			attack_in_child(run_on, kind);
		ok(shared->lies > 0, "%s by a process that runs on was tried (%ld times)",
		   kinds[kind],
		   shared->lies);
		is(shared->secrets, 0,
		   "the process sees no page that meanwhile belongs to another process");
		is(shared->torn, 0,
		   "the child of the process does not see what the process writes after fork");
	}
	shared->stop = 1;
	waitpid(pid, &status, 0);
	is(status, 0, "the victim beside the attackers exits normally");
	is(shared->poisoned, 0, "nobody wrote to the victim's pages");

	for (long turn = 0; turn < 4; turn++) {
		attack_in_child(sleeps_in_wait, turn);
		ok(attack_machine_lives(),
		   "a thread that sleeps in the stub with turn %ld does not stop the machine",
		   turn);
	}
	status = attack_in_child(busy_in_stub, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	   "a thread that spins in the stub and ignores kicks is killed (status %#x)", status);
	ok(attack_machine_lives(), "the machine survives a thread that spins in the stub");
	return tap_done();
}
