/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attack.h - helpers for programs that attack the stub from guest code
 *
 * An attack runs in a child, which may end in any way. The other processes then check that the
 * attack neither read nor changed their memory, and that the machine still works.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <um/stub.h>

#include "tap.h"

#define BOX ((volatile struct stub_mailbox *)UM_STUB_MAILBOX)

/* The signals that the stub handles: see signals_set() in host/guest/seccomp_zygote.c. */
static const int attack_signals[] = {
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGUSR1, SIGUSR2
};
#define NR_ATTACK_SIGNALS (sizeof(attack_signals) / sizeof(attack_signals[0]))

static sigjmp_buf attack_back;
static volatile int attack_signo, attack_code;
static void *volatile attack_addr;

static inline void attack_leave(int signo, siginfo_t *info, void *context)
{
	(void)context;
	attack_signo = signo;
	attack_code = info->si_code;
	attack_addr = info->si_addr;
	siglongjmp(attack_back, 1);
}

/*
 * Makes each exception, and SIGALRM, return to the last sigsetjmp(attack_back, 0). The handlers run
 * on an alternate stack.
 */
static inline void attack_handlers(void)
{
	static char memory[65536];
	stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };
	struct sigaction action = {
		.sa_sigaction = attack_leave,
		.sa_flags = SA_ONSTACK | SA_NODEFER | SA_SIGINFO,
	};

	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		sigaction(attack_signals[i], &action, NULL);
	sigaction(SIGALRM, &action, NULL);
}

/* Executes statements; the value is the signal that they raised, or 0. */
#define ATTACK(...) ({ \
	attack_signo = 0; \
	if (!sigsetjmp(attack_back, 0)) { __VA_ARGS__; } \
	attack_signo; \
})

static inline int attack_can_read(unsigned long address)
{
	return !ATTACK((void)*(volatile char *)address);
}

static inline int attack_can_write(unsigned long address)
{
	return !ATTACK(asm volatile("lock; orb $0, (%0)" : : "r"(address) : "memory"));
}

/* Tells from the boot log whether the engine shares a mailbox with guest code. */
static inline int attack_has_mailbox(void)
{
	static char log[1 << 18];
	int size = klogctl(3 /* read all */, log, sizeof(log) - 1);

	return size > 0 && (log[size] = 0, strstr(log, "engine: seccomp"));
}

/* Runs @fn in a child and returns its wait status. Kills a child that hangs for four seconds. */
static inline int attack_in_child(void (*fn)(long argument), long argument)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		fn(argument);
		_exit(0);
	}
	for (int i = 0; pid > 0 && waitpid(pid, &status, WNOHANG) == 0; i++) {
		if (i == 4000)
			kill(pid, SIGKILL);
		usleep(i < 20 ? 100 : 1000);
	}
	return status;
}

/* Checks that new processes start, have separate memory, and end with their own status. */
static inline int attack_machine_lives(void)
{
	for (int i = 0; i < 20; i++) {
		int status = -1;
		volatile int word = i;
		pid_t pid = fork();

		if (pid == 0) {
			usleep(100);
			word += 40;
			_exit(word);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != (i + 40) << 8 ||
		    word != i)
			return 0;
	}
	return 1;
}

#endif /* ATTACK_H */
