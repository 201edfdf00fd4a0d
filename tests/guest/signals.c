// SPDX-License-Identifier: GPL-2.0-only
/*
 * signals.c - test the delivery of signals: frames, stacks, masks, queues, restarts
 *
 * Signals that a faulting instruction raises are tested in sigfaults.c. This file is longer than
 * 500 lines because its claims share the handlers at its start. t5000-signals.sh runs this
 * program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

#include "tap.h"

enum { AUTODISARM = 1u << 31 }; /* SS_AUTODISARM, which the C library does not define */

static volatile sig_atomic_t nr_calls;
static siginfo_t seen;
static ucontext_t seen_context;

static void note(int number, siginfo_t *info, void *context)
{
	(void)number;
	nr_calls++;
	seen = *info;
	seen_context = *(ucontext_t *)context;
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

/* The general registers before and after a signal. */
struct registers {
	unsigned long rax, rbx, rcx, rdx, rsi, rdi, rbp;
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15, flags;
};

static struct registers regs_in, regs_out;

static void clobber(int number, siginfo_t *info, void *context)
{
	note(number, info, context);
	asm volatile("mov $-1, %%rax\n\tmov %%rax, %%rcx\n\tmov %%rax, %%rdx\n\t"
		     "mov %%rax, %%rsi\n\tmov %%rax, %%rdi\n\t"
		     "mov %%rax, %%r8\n\tmov %%rax, %%r9\n\tmov %%rax, %%r10\n\t"
		     "mov %%rax, %%r11\n\tstc"
		     : : : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc");
}

/* Loads all registers from regs_in, spins until *@calls is set, and stores them in regs_out. */
void registers_over_signal(volatile sig_atomic_t *calls);
asm(".text\n.globl registers_over_signal\nregisters_over_signal:\n\t"
    "push %rbx\n\tpush %rbp\n\tpush %r12\n\tpush %r13\n\tpush %r14\n\tpush %r15\n\t"
    "push %rdi\n\t"
    "lea regs_in(%rip), %rax\n\t"
    "mov 8(%rax), %rbx\n\tmov 16(%rax), %rcx\n\tmov 24(%rax), %rdx\n\t"
    "mov 32(%rax), %rsi\n\tmov 40(%rax), %rdi\n\tmov 48(%rax), %rbp\n\t"
    "mov 56(%rax), %r8\n\tmov 64(%rax), %r9\n\tmov 72(%rax), %r10\n\tmov 80(%rax), %r11\n\t"
    "mov 88(%rax), %r12\n\tmov 96(%rax), %r13\n\tmov 104(%rax), %r14\n\tmov 112(%rax), %r15\n\t"
    "mov (%rax), %rax\n\t"
    "xchg %rax, (%rsp)\n\t" /* rax points to *calls in the loop; its value waits on the stack */
    "1: cmpl $0, (%rax)\n\tje 1b\n\t"
    "xchg %rax, (%rsp)\n\t"
    "push %rax\n\tpushf\n\t"
    "lea regs_out(%rip), %rax\n\t"
    "mov %rbx, 8(%rax)\n\tmov %rcx, 16(%rax)\n\tmov %rdx, 24(%rax)\n\t"
    "mov %rsi, 32(%rax)\n\tmov %rdi, 40(%rax)\n\tmov %rbp, 48(%rax)\n\t"
    "mov %r8, 56(%rax)\n\tmov %r9, 64(%rax)\n\tmov %r10, 72(%rax)\n\tmov %r11, 80(%rax)\n\t"
    "mov %r12, 88(%rax)\n\tmov %r13, 96(%rax)\n\tmov %r14, 104(%rax)\n\tmov %r15, 112(%rax)\n\t"
    "pop %rcx\n\tmov %rcx, 120(%rax)\n\tpop %rcx\n\tmov %rcx, (%rax)\n\t"
    "pop %rdi\n\tpop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rbp\n\tpop %rbx\n\tret\n");

static void keeps_registers(void)
{
	struct itimerval timer = { .it_value.tv_usec = 20000 };
	unsigned long *in = (void *)&regs_in, *out = (void *)&regs_out;
	greg_t *frame = seen_context.uc_mcontext.gregs;
	int bad = 0;

	for (int i = 0; i < 15; i++)
		in[i] = 0x0101010101010101ul * (i + 1) + ((unsigned long)i << 60);
	handle(SIGALRM, clobber, 0);
	nr_calls = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
	registers_over_signal(&nr_calls);
	for (int i = 0; i < 15; i++) {
		if (in[i] == out[i])
			continue;
		bad++;
		diag("register %d: %#lx became %#lx", i, in[i], out[i]);
	}
	is(bad, 0, "a signal that interrupts a loop keeps all general registers");
	ok((regs_out.flags & 0x645) == 0x44 || nr_calls,
	   "a loop continues after a signal has interrupted it");
	ok((unsigned long)frame[REG_RBX] == in[1] && (unsigned long)frame[REG_RCX] == in[2] &&
	   (unsigned long)frame[REG_R11] == in[10] && (unsigned long)frame[REG_R15] == in[14] &&
	   (unsigned long)frame[REG_RDI] == in[5],
	   "the handler's frame holds the registers of the interrupted loop");
	ok((unsigned long)frame[REG_RIP] >= (unsigned long)registers_over_signal &&
	   (unsigned long)frame[REG_RIP] < (unsigned long)registers_over_signal + 400,
	   "the handler's frame shows where the loop was interrupted");
}

static void info_fields(void)
{
	union sigval value = { .sival_int = 4711 };

	handle(SIGUSR1, note, 0);
	kill(getpid(), SIGUSR1);
	ok(seen.si_signo == SIGUSR1 && seen.si_code == SI_USER && seen.si_pid == getpid() &&
	   seen.si_uid == getuid(),
	   "siginfo of kill names the sender");
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	ok(seen.si_code == SI_TKILL, "siginfo of tgkill has SI_TKILL");
	sigqueue(getpid(), SIGUSR1, value);
	ok(seen.si_code == SI_QUEUE && seen.si_value.sival_int == 4711,
	   "siginfo of sigqueue has the value that was sent");
	ok(!memcmp(&seen_context.uc_sigmask, &(sigset_t){ 0 }, 8),
	   "the frame holds the mask from before the signal");
}

static int order[64], nr_order;

static void note_order(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (nr_order < 64)
		order[nr_order++] = number * 1000 + info->si_value.sival_int;
}

static void real_time_queue(void)
{
	sigset_t block, old;
	int bad = 0;

	sigemptyset(&block);
	for (int number = SIGRTMIN; number < SIGRTMIN + 4; number++) {
		handle(number, note_order, 0);
		sigaddset(&block, number);
	}
	/* Handlers must not nest, or they would record the reverse order. */
	for (int number = SIGRTMIN; number < SIGRTMIN + 4; number++) {
		struct sigaction action = { .sa_sigaction = note_order, .sa_flags = SA_SIGINFO,
					    .sa_mask = block };

		sigaction(number, &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &block, &old);
	for (int i = 0; i < 5; i++)
		for (int number = SIGRTMIN + 3; number >= SIGRTMIN; number--)
			sigqueue(getpid(), number, (union sigval){ .sival_int = i });
	is(nr_order, 0, "blocked real-time signals stay pending");
	sigprocmask(SIG_SETMASK, &old, NULL);
	is(nr_order, 20, "each queued real-time signal is delivered");
	for (int i = 0; i < 20; i++)
		bad += order[i] != (SIGRTMIN + i / 5) * 1000 + i % 5;
	is(bad, 0, "real-time signals arrive lowest number first, and each in the order sent");

	handle(SIGUSR2, note, 0);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR2);
	sigprocmask(SIG_BLOCK, &block, &old);
	nr_calls = 0;
	for (int i = 0; i < 5; i++)
		kill(getpid(), SIGUSR2);
	sigset_t pending;

	sigpending(&pending);
	is(sigismember(&pending, SIGUSR2), 1, "sigpending reports a blocked signal");
	sigprocmask(SIG_SETMASK, &old, NULL);
	is(nr_calls, 1,
	   "a standard signal that is sent five times while blocked is delivered once");
}

static void *stack_low, *stack_high;
static volatile int depth, on_alternate, masks_right;

static void nest(int number, siginfo_t *info, void *context)
{
	char here;
	sigset_t now;

	(void)context;
	if ((void *)&here >= stack_low && (void *)&here < stack_high)
		on_alternate++;
	sigprocmask(SIG_BLOCK, NULL, &now);
	masks_right += sigismember(&now, number) == 1;
	if (info->si_value.sival_int > 0)
		sigqueue(getpid(), number + 1,
			 (union sigval){ .sival_int = info->si_value.sival_int - 1 });
	depth++;
}

static void alternate_stack(void)
{
	size_t size = 256 * 1024;
	stack_t stack = { .ss_size = size }, got;
	sigjmp_buf back;
	volatile int jumps = 0;

	stack.ss_sp = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_low = stack.ss_sp;
	stack_high = stack_low + size;
	is(sigaltstack(&stack, NULL), 0, "sigaltstack sets a stack");
	for (int i = 0; i < 10; i++)
		handle(SIGRTMIN + i, nest, SA_ONSTACK);
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 8 });
	is(depth, 9, "handlers nest nine deep");
	is(on_alternate, 9, "all nested handlers run on the alternate stack");
	is(masks_right, 9, "each nested handler runs with its own signal blocked");
	sigaltstack(NULL, &got);
	ok(got.ss_sp == stack.ss_sp && got.ss_size == size && got.ss_flags == 0,
	   "sigaltstack returns the stack that was set");
	stack.ss_size = 1024;
	ok(sigaltstack(&stack, NULL) == -1 && errno == ENOMEM,
	   "sigaltstack rejects a stack below the minimum");
	for (int i = 0; i < 1000; i++)
		if (sigsetjmp(back, 1) == 0)
			siglongjmp(back, 1);
		else
			jumps++;
	is(jumps, 1000, "siglongjmp works a thousand times");
	stack.ss_size = size;
	handle(SIGUSR1, note, SA_ONSTACK);
	raise(SIGUSR1);
	ok(seen_context.uc_stack.ss_sp == stack.ss_sp && seen_context.uc_stack.ss_size == size &&
	   !(seen_context.uc_stack.ss_flags & SS_DISABLE),
	   "the frame describes the alternate stack");
	stack.ss_flags = AUTODISARM;
	is(sigaltstack(&stack, NULL), 0, "sigaltstack accepts SS_AUTODISARM");
	raise(SIGUSR1);
	sigaltstack(NULL, &got);
	ok(got.ss_sp == stack.ss_sp && got.ss_flags == (int)AUTODISARM,
	   "sigreturn restores a stack that SS_AUTODISARM disarmed");
	stack.ss_flags = SS_DISABLE;
	is(sigaltstack(&stack, NULL), 0, "sigaltstack can disable the alternate stack");
}

/* A signal for which the stack has no room kills the process with SIGSEGV. */
static void no_stack(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		char *low = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		mprotect(low + 8192, 4096, PROT_READ | PROT_WRITE);
		handle(SIGUSR1, note, 0);
		asm volatile("mov %0, %%rsp\n\tmov %1, %%eax\n\tmov %2, %%edi\n\t"
			     "mov %3, %%esi\n\tsyscall\n\tud2"
			     : : "r"(low + 8192 + 64), "i"(SYS_kill), "r"(getpid()), "i"(SIGUSR1)
			     : "rax", "memory");
	}
	waitpid(pid, &status, 0);
	is(status & 0x7f, SIGSEGV,
	   "a signal without room for its frame kills the process with SIGSEGV");
}

static void masks(void)
{
	sigset_t block, wait_mask, old, after;
	struct timespec soon = { 0, 20 * 1000 * 1000 };
	siginfo_t info;

	handle(SIGUSR1, note, 0);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &old);
	nr_calls = 0;
	kill(getpid(), SIGUSR1);
	is(nr_calls, 0, "a blocked signal does not run its handler");
	wait_mask = old;
	sigdelset(&wait_mask, SIGUSR1);
	is(sigsuspend(&wait_mask), -1, "sigsuspend returns after the handler");
	ok(errno == EINTR && nr_calls == 1, "sigsuspend gives EINTR after the handler has run");
	sigprocmask(SIG_BLOCK, NULL, &after);
	is(sigismember(&after, SIGUSR1), 1, "sigsuspend restores the mask from before");
	is(sigtimedwait(&block, &info, &soon), -1, "sigtimedwait times out");
	is(errno, EAGAIN, "sigtimedwait gives EAGAIN on a timeout");
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 5 });
	ok(sigtimedwait(&block, &info, &soon) == SIGUSR1 && info.si_value.sival_int == 5,
	   "sigtimedwait accepts a pending signal");
	int fd = signalfd(-1, &block, SFD_NONBLOCK);
	struct signalfd_siginfo record;

	kill(getpid(), SIGUSR1);
	ok(read(fd, &record, sizeof(record)) == sizeof(record) && record.ssi_signo == SIGUSR1,
	   "signalfd reads a signal");
	close(fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	sigaddset(&block, SIGKILL);
	sigaddset(&block, SIGSTOP);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigprocmask(SIG_SETMASK, &old, &after);
	ok(!sigismember(&after, SIGKILL) && !sigismember(&after, SIGSTOP),
	   "SIGKILL and SIGSTOP cannot be blocked");
	struct sigaction action = { .sa_handler = SIG_IGN };

	ok(sigaction(SIGKILL, &action, NULL) == -1 && errno == EINVAL, "SIGKILL cannot be ignored");
}

/*
 * Sends SIGALRM every @us microseconds, because the first one may arrive before the call that it
 * should interrupt. 0 stops the signals.
 */
static void alarms_every_us(long us, int flags)
{
	struct itimerval timer = { { 0, us }, { 0, us } };

	handle(SIGALRM, note, flags);
	nr_calls = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Stops and continues a child that sleeps 300 ms. Without a handler, restart_syscall must sleep
 * until the original end, not for the whole length again. Also returns false if the host was too
 * busy to decide.
 */
static int sleep_goes_on(void)
{
	volatile long *times = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				    -1, 0);
	int status, good;
	pid_t pid = fork();

	if (pid == 0) {
		times[0] = now_ms();
		status = nanosleep(&(struct timespec){ 0, 300 * 1000 * 1000 }, NULL);
		times[1] = now_ms();
		_exit(status != 0);
	}
	usleep(150000);
	kill(pid, SIGSTOP);
	usleep(20000);
	times[2] = now_ms();
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	good = status == 0 && times[1] - times[0] >= 300 && times[2] < times[0] + 300 &&
	       times[1] < times[2] + 300;
	munmap((void *)times, 4096);
	return good;
}

static void restarts(void)
{
	struct timespec nap = { 10, 0 }, rest = { 0 };
	int pipe_fd[2], status;
	long start, slept, left;
	char byte;
	pid_t pid;

	pipe(pipe_fd);
	alarms_every_us(20000, 0);
	ok(read(pipe_fd[0], &byte, 1) == -1 && errno == EINTR,
	   "a signal without SA_RESTART ends a read with EINTR");
	pid = fork();
	if (pid == 0) {
		usleep(100000);
		write(pipe_fd[1], "z", 1);
		_exit(0);
	}
	alarms_every_us(20000, SA_RESTART);
	ok(read(pipe_fd[0], &byte, 1) == 1 && byte == 'z' && nr_calls >= 1,
	   "a read continues after a signal with SA_RESTART");
	alarms_every_us(0, 0);
	waitpid(pid, &status, 0);
	alarms_every_us(20000, SA_RESTART);
	start = now_ms();
	status = nanosleep(&nap, &rest);
	slept = now_ms() - start;
	left = rest.tv_sec * 1000 + rest.tv_nsec / 1000000;
	ok(status == -1 && errno == EINTR && left < 10000 && left + slept >= 9999,
	   "a signal ends nanosleep early, which returns the time left (%ld ms)", left);
	struct pollfd poll_fd = { .fd = pipe_fd[0], .events = POLLIN };

	ok(poll(&poll_fd, 1, 10000) == -1 && errno == EINTR,
	   "poll gives EINTR even with SA_RESTART");
	alarms_every_us(0, 0);
	for (int i = 0; i < 10 && !(status = sleep_goes_on()); i++)
		;
	ok(status, "a sleep that was stopped and continued ends at its original time");
	signal(SIGALRM, SIG_DFL);
	close(pipe_fd[0]), close(pipe_fd[1]);
	signal(SIGPIPE, SIG_IGN);
	pipe(pipe_fd);
	close(pipe_fd[0]);
	ok(write(pipe_fd[1], "x", 1) == -1 && errno == EPIPE,
	   "a write to a closed pipe gives EPIPE when SIGPIPE is ignored");
	close(pipe_fd[1]);
	signal(SIGPIPE, SIG_DFL);
}

static void edit(int number, siginfo_t *info, void *context)
{
	ucontext_t *frame = context;

	(void)number, (void)info;
	frame->uc_mcontext.gregs[REG_RBX] = 0x123456789abcdef0;
	frame->uc_mcontext.gregs[REG_RAX] = 77;
	frame->uc_mcontext.gregs[REG_EFL] |= 1;
	sigaddset(&frame->uc_sigmask, SIGUSR2);
}

static void edited_frames(void)
{
	unsigned long rbx, rax, flags;
	sigset_t mask;

	handle(SIGUSR1, edit, 0);
	asm volatile("mov %[nr], %%eax\n\tmov $0, %%ebx\n\tclc\n\tsyscall\n\tpushf\n\tpop %%rcx"
		     : "=a"(rax), "=b"(rbx), "=&c"(flags)
		     : [nr] "i"(SYS_kill), "D"((long)getpid()), "S"((long)SIGUSR1)
		     : "r11", "memory");
	is(rbx, 0x123456789abcdef0,
	   "a register that the handler changes in the frame is changed after sigreturn");
	is(rax, 77, "the handler can change the result of the interrupted system call");
	is(flags & 1, 1, "the handler can change the flags in the frame");
	sigprocmask(SIG_BLOCK, NULL, &mask);
	is(sigismember(&mask, SIGUSR2), 1, "the handler can change the signal mask in the frame");
	sigdelset(&mask, SIGUSR2);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

static void flags(void)
{
	sigset_t mask;

	handle(SIGUSR1, note, SA_RESETHAND);
	nr_calls = 0;
	raise(SIGUSR1);
	struct sigaction after;

	sigaction(SIGUSR1, NULL, &after);
	ok(nr_calls == 1 && after.sa_handler == SIG_DFL,
	   "SA_RESETHAND resets the handler after one signal");
	handle(SIGUSR1, note, SA_NODEFER);
	raise(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	is(sigismember(&mask, SIGUSR1), 0, "SA_NODEFER leaves the signal mask unchanged");
}

/* Interrupts a loop with signals at any instruction; the loop must not lose a step. */
static void storm(void)
{
	struct itimerval timer = { .it_value.tv_usec = 500, .it_interval.tv_usec = 500 };
	unsigned long sum = 0;
	struct timespec start, now;

	handle(SIGALRM, clobber, SA_RESTART);
	nr_calls = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
	clock_gettime(CLOCK_MONOTONIC, &start);
	int bad = 0, rounds = 0;

	do {
		unsigned long a = 0, b = 100000, c = 0;

		asm volatile("1: add $3, %0\n\tadd %1, %2\n\tdec %1\n\tjnz 1b" : "+r"(a), "+r"(b),
			     "+r"(c) : : "cc");
		bad += a != 300000 || b != 0 || c != 5000050000ul;
		sum += a;
		rounds++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < 2 && rounds < 20000);
	timer = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &timer, NULL);
	is(bad, 0, "a loop counts correctly under a storm of timer signals");
	ok(nr_calls > 50, "timer signals interrupt the loop (%d of them)", (int)nr_calls);
}

int main(void)
{
	keeps_registers();
	info_fields();
	real_time_queue();
	alternate_stack();
	no_stack();
	masks();
	restarts();
	edited_frames();
	flags();
	storm();
	return tap_done();
}
