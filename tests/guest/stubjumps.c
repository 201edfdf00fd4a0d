// SPDX-License-Identifier: GPL-2.0-only
/*
 * stubjumps.c - jump to each byte of the stub and into its thunks, to make it do a host call
 *
 * The registers ask for a host call. If the host executed the call, its effect would be visible:
 * memory that the guest's kernel has not mapped, a writable stub, or a dead machine. A jump may
 * leave the child with registers from an earlier state, so its progress is kept in shared memory.
 * A child that makes no more jumps is killed, and a new one continues. A jump to the stub's first
 * instruction is a legal system call. Therefore this test uses only calls that the guest's kernel
 * rejects or that harm only the caller. t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "attack.h"

#define HOLE 0x200000000000ul

/* The targets are each byte of the stub's code and addresses all over the window of the thunks. */
#define NR_WINDOW 1021
#define SPREAD 6
#define NR_TARGETS (UM_STUB_CODE_SIZE + NR_WINDOW)

static unsigned long target(long nr)
{
	if (nr < UM_STUB_CODE_SIZE)
		return UM_STUB_CODE + nr;
	nr -= UM_STUB_CODE_SIZE;
	/* The first thunks are the most likely to be in use: try each of their bytes. */
	return UM_SITES + (nr < NR_WINDOW / 2 ? 0x1000 + nr : nr * 61 % UM_SITES_SIZE);
}

static char path[] = "/etc/passwd", name[] = "attacker";
static char *const words[] = { name, NULL };
static struct iovec vec = { name, sizeof(name) };
static long message[16], ring[32];

static const long calls[][7] = {
	{ SYS_mmap, HOLE, 0x100000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 3, 0 },
	{ SYS_mmap, UM_STUB_END, 0x1000, PROT_READ | PROT_WRITE,
	  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0 },
	{ SYS_mprotect, UM_STUB_CODE, 0x4000, PROT_READ | PROT_WRITE | PROT_EXEC },
	{ SYS_munmap, UM_STUB_CODE, 0x1000 },
	{ SYS_mremap, UM_STUB_MAILBOX, 0x1000, 0x1000, 3 /* MAYMOVE, FIXED */, HOLE },
	{ SYS_recvmsg, 3, (long)message, 0 },
	{ SYS_openat, -100, (long)path, 0, 0 },
	{ SYS_execve, (long)path, (long)words, 0 },
	{ SYS_kill, 0, SIGKILL },
	{ SYS_kill, 1, SIGKILL },
	{ SYS_clone, SIGCHLD, 0, 0, 0, 0 },
	{ SYS_ptrace, 0 /* PTRACE_TRACEME */ },
	{ SYS_prctl, PR_SET_NAME, (long)name, 0, 0, 0 },
	{ SYS_process_vm_writev, 1, (long)&vec, 1, (long)&vec, 1, 0 },
	{ SYS_io_uring_setup, 8, (long)ring },
	{ SYS_rt_sigreturn },
	{ SYS_futex, UM_STUB_MAILBOX + BOX_GUEST_SLEEPS, 0, 1, 0, 0, 0 },
	{ SYS_futex, UM_STUB_DATA + STUB_SEQ, 1, 1, 0, 0, 0 },
	{ SYS_exit_group, 0 },
};
#define NR_CALLS (long)(sizeof(calls) / sizeof(calls[0]))

static struct shared {
	volatile long next;	/* jump to try: call * NR_TARGETS + target */
	volatile long won;	/* a bit for each kind of success */
} *shared;

static void jump(unsigned long where, const long *call)
{
	static unsigned long volatile goal;
	static const long *volatile with;

	goal = where;
	with = call;
	ATTACK(asm volatile("mov %0, %%rbx\n\tmov %1, %%rbp\n\t"
		"mov (%%rbp), %%rax\n\tmov 8(%%rbp), %%rdi\n\tmov 16(%%rbp), %%rsi\n\t"
		"mov 24(%%rbp), %%rdx\n\tmov 32(%%rbp), %%r10\n\tmov 40(%%rbp), %%r8\n\t"
		"mov 48(%%rbp), %%r9\n\t"
		"mov %%rbx, %%r11\n\tmov %%rbx, %%rcx\n\tjmp *%%rbx"
		: : "m"(goal), "m"(with)
		: "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory"));
}

/* Looks for effects of a host call. */
static void spoils(void)
{
	if (attack_can_read(HOLE) || attack_can_read(UM_STUB_END))
		shared->won |= 1;
	if (attack_can_write(UM_STUB_CODE) || attack_can_write(UM_STUB_DATA) ||
	    attack_can_write(UM_STUB_CONSTS))
		shared->won |= 2;
	if (!attack_can_read(UM_STUB_CODE))
		shared->won |= 4;
}

static pid_t first;
static long code_size = UM_STUB_CODE_SIZE;

static void jumps(long end)
{
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } };

	setpgid(0, 0);
	first = getppid();
	attack_handlers();
	setitimer(ITIMER_REAL, &timer, NULL);
	while (shared->next < end) {
		long at = shared->next++;

		/* Only zeros follow the last instruction: try a few of them. */
		if (at % NR_TARGETS > code_size && at % NR_TARGETS < UM_STUB_CODE_SIZE && at % 64)
			continue;
		/* Try each byte with only some of the calls, unless rounds= asks for all. */
		if (!getenv("rounds") && (at % NR_TARGETS + at / NR_TARGETS) % SPREAD)
			continue;
		/* End a second attacker that clone() made. */
		if (syscall(SYS_getppid) != first)
			_exit(1);
		jump(target(at % NR_TARGETS), calls[at / NR_TARGETS]);
	}
	spoils();
}

/* Makes jumps in one child. True if the child got stuck and had to be killed. */
static int jumps_in_child(long end)
{
	pid_t pid = fork();
	long seen = -1, stuck = 0;

	if (pid == 0) {
		jumps(end);
		_exit(0);
	}
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		stuck = shared->next == seen ? stuck + 1 : 0;
		seen = shared->next;
		if (stuck == 60)
			kill(pid, SIGKILL);
		usleep(5000);
	}
	return stuck >= 60;
}

int main(void)
{
	long end, before, nr_children = 0, nr_stuck = 0;

	if (!in_guest()) {
		skip("jumps into the stub gain nothing", "not in a guest");
		return tap_done();
	}
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	while (code_size > 0 && !((unsigned char *)UM_STUB_CODE)[code_size - 1])
		code_size--;
	for (long call = 0; call < NR_CALLS; call++) {
		end = (call + 1) * NR_TARGETS;
		while (shared->next < end) {
			before = shared->next;
			nr_stuck += jumps_in_child(end);
			nr_children++;
			if (shared->next == before)
				shared->next++;
		}
		ok(!shared->won,
		   "jumps to each byte of the stub gain no call %ld(%#lx, %#lx) (%#lx)",
		   calls[call][0], calls[call][1], calls[call][2], shared->won);
		shared->won = 0;
	}
	diag("%ld children, %ld of them stuck, made %ld jumps", nr_children, nr_stuck,
	     shared->next);
	ok(attack_machine_lives(), "the machine survives jumps into the stub");
	return tap_done();
}
