// SPDX-License-Identifier: GPL-2.0-only
/*
 * fpstate.c - test that x87, SSE, AVX and AVX-512 registers and MXCSR keep their values
 *
 * System calls, signals, faults, fork, switches between threads and processes must preserve them,
 * and sigreturn must load edited state. AVX and AVX-512 are tested where the processor has them.
 * t5010-fpstate.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

#include "tap.h"

static int has_avx, has_avx512;

/* The registers that XSAVE saves for a program, in a form that can be compared. */
struct registers {
	unsigned char zmm[32][64];
	unsigned long k[8];
	unsigned char st[8][16];
	unsigned int mxcsr;
	unsigned short control;
} __attribute__((aligned(64)));

static unsigned long features(void)
{
	unsigned int low, high;

	asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low | (unsigned long)high << 32;
}

static void find_features(void)
{
	unsigned int a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (!(c & (1 << 27)) || !(c & (1 << 28)))
		return;
	has_avx = (features() & 6) == 6;
	__cpuid_count(7, 0, a, b, c, d);
	has_avx512 = (b & (1 << 16)) && (b & (1 << 30)) && (features() & 0xe6) == 0xe6;
}

static void make(struct registers *state, unsigned int seed)
{
	unsigned char *bytes = (void *)state;
	long double value = seed + 0.25L;

	for (size_t i = 0; i < sizeof(*state); i++)
		bytes[i] = seed * 31 + i * 7 + (i >> 8);
	for (int i = 0; i < 32; i++) {
		if (!has_avx512 && i >= 16)
			memset(state->zmm[i], 0, 64);
		else if (!has_avx512)
			memset(state->zmm[i] + (has_avx ? 32 : 16), 0, has_avx ? 32 : 48);
	}
	for (int i = 0; i < 8; i++) {
		if (!has_avx512)
			state->k[i] = 0;
		memset(state->st[i], 0, 16);
		value = value * 2 + i;
		memcpy(state->st[i], &value, 10);
	}
	state->mxcsr = 0x1f80 | (seed & 3) << 13;
	state->control = 0x37f | (seed & 3) << 10;
}

#define EACH8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define EACH16(X) EACH8(X) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define EACH16_HIGH(X) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) \
	X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define LOAD_ZMM(n) "vmovdqu64 " #n "*64(%0), %%zmm" #n "\n\t"
#define SAVE_ZMM(n) "vmovdqu64 %%zmm" #n ", " #n "*64(%0)\n\t"
#define LOAD_YMM(n) "vmovdqu " #n "*64(%0), %%ymm" #n "\n\t"
#define SAVE_YMM(n) "vmovdqu %%ymm" #n ", " #n "*64(%0)\n\t"
#define LOAD_XMM(n) "movdqu " #n "*64(%0), %%xmm" #n "\n\t"
#define SAVE_XMM(n) "movdqu %%xmm" #n ", " #n "*64(%0)\n\t"
#define LOAD_K(n) "kmovq 2048+" #n "*8(%0), %%k" #n "\n\t"
#define SAVE_K(n) "kmovq %%k" #n ", 2048+" #n "*8(%0)\n\t"
#define LOAD_ST(n) "fldt 2112+" #n "*16(%0)\n\t"
#define SAVE_ST "fstpt 2112+7*16(%0)\n\tfstpt 2112+6*16(%0)\n\t" \
		"fstpt 2112+5*16(%0)\n\tfstpt 2112+4*16(%0)\n\t" \
		"fstpt 2112+3*16(%0)\n\tfstpt 2112+2*16(%0)\n\t" \
		"fstpt 2112+1*16(%0)\n\tfstpt 2112(%0)\n\t"

_Static_assert(offsetof(struct registers, k) == 2048, "the assembler counts on it");
_Static_assert(offsetof(struct registers, st) == 2112, "the assembler counts on it");

static inline __attribute__((always_inline)) void load(const struct registers *state)
{
	asm volatile("fninit\n\tfldcw %1\n\tldmxcsr %2\n\t" EACH8(LOAD_ST)
		     : : "r"(state), "m"(state->control), "m"(state->mxcsr) : "memory");
	if (has_avx512)
		asm volatile(EACH16(LOAD_ZMM) EACH16_HIGH(LOAD_ZMM) EACH8(LOAD_K) : : "r"(state)
			     : "memory");
	else if (has_avx)
		asm volatile(EACH16(LOAD_YMM) : : "r"(state) : "memory");
	else
		asm volatile(EACH16(LOAD_XMM) : : "r"(state) : "memory");
}

static inline __attribute__((always_inline)) void save(struct registers *state)
{
	if (has_avx512)
		asm volatile(EACH16(SAVE_ZMM) EACH16_HIGH(SAVE_ZMM) EACH8(SAVE_K) : : "r"(state)
			     : "memory");
	else if (has_avx)
		asm volatile(EACH16(SAVE_YMM) : : "r"(state) : "memory");
	else
		asm volatile(EACH16(SAVE_XMM) : : "r"(state) : "memory");
	asm volatile("fnstcw %1\n\tstmxcsr %2\n\t" SAVE_ST : : "r"(state), "m"(state->control),
		     "m"(state->mxcsr) : "memory");
	asm volatile("fninit");
}

static void calm(void)
{
	static const unsigned int mxcsr = 0x1f80;

	asm volatile("ldmxcsr %0" : : "m"(mxcsr));
	if (has_avx)
		asm volatile("vzeroall" ::: "memory");
}

static volatile int nr_told;

/* Returns 0 if both are equal. Prints the first register that differs, at most 12 times in all. */
static int differs(const struct registers *want, const struct registers *got)
{
	if (nr_told >= 12)
		return memcmp(want, got,
			      offsetof(struct registers, mxcsr)) || want->control != got->control;
	for (int i = 0; i < 32; i++)
		for (int byte = 0; byte < 64; byte++)
			if ((has_avx512 || i < 16) && (has_avx512 || byte < (has_avx ? 32 : 16)) &&
			    want->zmm[i][byte] != got->zmm[i][byte])
				return nr_told++, diag("vector register %d byte %d: %02x for %02x",
						       i, byte, got->zmm[i][byte],
					    want->zmm[i][byte]), 1;
	for (int i = 0; i < 8 && has_avx512; i++)
		if (want->k[i] != got->k[i])
			return nr_told++, diag("k%d: %#lx for %#lx", i, got->k[i], want->k[i]), 1;
	for (int i = 0; i < 8; i++)
		if (memcmp(want->st[i], got->st[i], 10))
			return nr_told++, diag("x87 register %d", i), 1;
	if (want->mxcsr != (got->mxcsr & ~0x3fu) || want->control != got->control)
		return nr_told++, diag("mxcsr %#x for %#x, control %#x for %#x", got->mxcsr,
				       want->mxcsr, got->control,
			    want->control), 1;
	return 0;
}

/* Runs @action between load and save; @action may contain only system calls in assembler. */
#define KEEPS(seed, action) ({ \
	struct registers want_, got_; \
	make(&want_, seed); \
	memset(&got_, 0, sizeof(got_)); \
	load(&want_); action; save(&got_); calm(); \
	!differs(&want_, &got_); })

static inline __attribute__((always_inline)) long call(long number, long a, long b, long c, long d)
{
	register long r10 asm("r10") = d;
	long result;

	asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c),
		     "r"(r10) : "rcx", "r11", "memory");
	return result;
}

static volatile sig_atomic_t nr_signals;

/* Overwrites all registers, as a handler written in C might. */
static void scramble(int number)
{
	struct registers other;

	(void)number;
	make(&other, 200 + nr_signals);
	load(&other);
	nr_signals++;
}

static char *lazy;

static void open_page(int number, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	call(SYS_mprotect, (long)lazy, 4096, PROT_READ | PROT_WRITE, 0);
	scramble(number);
}

static int pipe_fd[2];

static void simple(void)
{
	struct timespec nap = { 0, 1000000 };
	char byte = 'x';
	pid_t pid;

	ok(KEEPS(1, call(SYS_getppid, 0, 0, 0, 0)),
	   "a system call preserves all FP and vector registers");
	ok(KEEPS(2, call(SYS_nanosleep, (long)&nap, 0, 0, 0)),
	   "a sleep preserves all FP and vector registers");
	ok(KEEPS(3, call(SYS_sched_yield, 0, 0, 0, 0)),
	   "sched_yield preserves all FP and vector registers");
	ok(KEEPS(4, { call(SYS_write, pipe_fd[1], (long)&byte, 1, 0);
		      call(SYS_read, pipe_fd[0], (long)&byte, 1, 0); }),
	   "writing and reading a pipe preserves all FP and vector registers");
	signal(SIGUSR1, scramble);
	pid = getpid();
	ok(KEEPS(5, call(SYS_kill, pid, SIGUSR1, 0, 0)) && nr_signals == 1,
	   "a signal preserves all FP and vector registers, although its handler overwrites them");
	lazy = mmap(NULL, 4096 * 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ok(KEEPS(6, *(volatile char *)(lazy + 4096) = 1),
	   "a page fault preserves all FP and vector registers");
	struct sigaction action = { .sa_sigaction = open_page, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	mprotect(lazy, 4096, PROT_NONE);
	ok(KEEPS(7, *(volatile char *)lazy = 1),
	   "a SIGSEGV whose handler maps the page preserves all FP and vector registers");
	signal(SIGSEGV, SIG_DFL);
}

static void over_fork(void)
{
	struct registers want, got;
	int status = 0;
	pid_t pid;

	make(&want, 9);
	load(&want);
	pid = call(SYS_fork, 0, 0, 0, 0);
	save(&got);
	calm();
	if (pid == 0)
		_exit(differs(&want, &got));
	ok(!differs(&want, &got), "fork preserves the parent's registers");
	waitpid(pid, &status, 0);
	is(status, 0, "fork gives the child the same registers");
}

/* Computes without system calls: only the timer switches. Each thread has its own values. */
static void *busy(void *argument)
{
	unsigned int seed = (long)argument;
	struct timespec start, now;
	int bad = 0, rounds = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		bad += !KEEPS(seed + rounds % 3,
			      ({ for (volatile long i = 0; i < 200000; i++) ; }));
		rounds++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < 2 && rounds < 10000);
	return (void *)(long)bad;
}

static void *yielding(void *argument)
{
	unsigned int seed = (long)argument;
	int bad = 0;

	for (int i = 0; i < 500; i++)
		bad += !KEEPS(seed + i % 5, call(SYS_sched_yield, 0, 0, 0, 0));
	return (void *)(long)bad;
}

static void between(void *(*work)(void *), const char *how)
{
	pthread_t thread[4];
	pid_t pid[4];
	int bad = 0, status;
	void *result;

	for (long i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, work, (void *)(i * 10 + 20));
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], &result);
		bad += result != NULL;
	}
	is(bad, 0, how);
	bad = 0;
	for (long i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(work((void *)(i * 10 + 60)) != NULL);
	}
	for (int i = 0; i < 4; i++) {
		waitpid(pid[i], &status, 0);
		bad += status != 0;
	}
	is(bad, 0, "four processes keep their own registers");
}

static void under_timer(void)
{
	struct itimerval timer = { .it_value.tv_usec = 1000, .it_interval.tv_usec = 1000 };
	long bad;

	nr_signals = 0;
	signal(SIGALRM, scramble);
	setitimer(ITIMER_REAL, &timer, NULL);
	bad = (long)busy((void *)100);
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	ok(bad == 0 && nr_signals > 20, "%d timer signals preserve the registers",
	   (int)nr_signals);
}

/* Values that edit() found in the FXSAVE image and the XSAVE header of a signal frame. */
static unsigned int frame_magic1, frame_mxcsr, frame_size;
static unsigned long frame_features;
static unsigned char frame_xmm3[16];

static void edit(int number, siginfo_t *info, void *context)
{
	ucontext_t *frame = context;
	unsigned char *image = (void *)frame->uc_mcontext.fpregs;

	(void)number, (void)info;
	memcpy(&frame_magic1, image + 464, 4);
	memcpy(&frame_size, image + 468, 4);
	memcpy(&frame_features, image + 472, 8);
	memcpy(&frame_mxcsr, image + 24, 4);
	memcpy(frame_xmm3, image + 160 + 3 * 16, 16);
	memset(image + 160 + 5 * 16, 0x5a, 16);
	image[25] |= 0x60;
}

static void in_frames(void)
{
	struct registers want, got;
	struct sigaction action = { .sa_sigaction = edit, .sa_flags = SA_SIGINFO };
	pid_t pid = getpid();

	sigaction(SIGUSR1, &action, NULL);
	make(&want, 12);
	load(&want);
	call(SYS_kill, pid, SIGUSR1, 0, 0);
	save(&got);
	calm();
	ok(!memcmp(frame_xmm3, want.zmm[3], 16), "the signal frame holds xmm3");
	is(frame_mxcsr, want.mxcsr, "the signal frame holds MXCSR");
	if (has_avx) {
		is(frame_magic1, 0x46505853, "the signal frame announces extended state");
		is(frame_features & 7, 7, "the extended state includes x87, SSE and AVX");
		ok(frame_size >= 836 && frame_size < 20000,
		   "the extended state has a plausible size (%u)", frame_size);
	}
	memset(want.zmm[5], 0x5a, 16);
	want.mxcsr |= 0x6000;
	ok(!differs(&want, &got), "sigreturn loads an edited xmm5 and MXCSR and restores the rest");
}

static void fresh(void)
{
	unsigned int mxcsr;
	unsigned short control;

	asm volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(control));
	_exit(mxcsr != 0x1f80 || control != 0x37f);
}

static void over_exec(void)
{
	struct registers state;
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		char *argv[] = { "fpstate", "--fresh", NULL };

		make(&state, 3);
		load(&state);
		call(SYS_execve, (long)"/proc/self/exe", (long)argv, (long)environ, 0);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "exec resets MXCSR and the x87 control word");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		fresh();
	find_features();
	pipe(pipe_fd);
	if (!has_avx)
		skip("AVX registers are preserved", "the processor has none");
	if (!has_avx512)
		skip("AVX-512 registers are preserved", "the processor has none");
	diag("XCR0 %#lx", features());
	simple();
	over_fork();
	between(yielding, "four threads that yield to each other keep their own registers");
	between(busy, "four threads that the clock switches keep their own registers");
	under_timer();
	in_frames();
	over_exec();
	return tap_done();
}
