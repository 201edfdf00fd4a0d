// SPDX-License-Identifier: GPL-2.0-only
/*
 * callsites.c - test frequent system calls from code that changes, moves or is shared
 *
 * At a frequent call site, the seccomp engine replaces the instruction before `syscall` with a jump
 * (arch-um/host/guest/site_jumps.c). No program may notice, so every claim here also holds on
 * hardware. t5050-callsites.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "tap.h"

enum { PAGE = 4096, HOT = 2000 };

typedef long (*site_fn)(long first, long second);

/* Neither of these calls takes an argument, and each always returns the same value. */
static const uint8_t call_getpid[] = { 0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05, 0xc3 };
static const uint8_t call_getppid[] = { 0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0xc3 };

static int code_file(const void *code, size_t size, off_t offset)
{
	char name[] = "/tmp/callsites.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0)
		bail("mkstemp");
	unlink(name);
	if (ftruncate(fd, 2 * PAGE) || pwrite(fd, code, size, offset) != (ssize_t)size)
		bail("pwrite");
	return fd;
}

static uint8_t *code_map(int fd, void *at, int flags)
{
	uint8_t *code = mmap(at, 2 * PAGE, PROT_READ | PROT_EXEC, flags | (at ? MAP_FIXED : 0), fd,
			     0);

	if (code == MAP_FAILED)
		bail("mmap");
	return code;
}

/* Calls the site until it is hot. Returns how often the result was not @expected. */
static int wrong(const void *site, long expected)
{
	int found = 0;

	for (int i = 0; i < HOT; i++)
		found += ((site_fn)site)(0, 0) != expected;
	return found;
}

static void content(void)
{
	int fd = code_file(call_getpid, sizeof(call_getpid), 64);
	uint8_t *code = code_map(fd, NULL, MAP_PRIVATE), *other, seen[sizeof(call_getpid)];
	int pipe_fd[2];

	is(wrong(code + 64, getpid()), 0, "a hot call always returns its result");
	pread(fd, seen, sizeof(seen), 64);
	ok(!memcmp(seen, call_getpid, sizeof(seen)),
	   "a hot site leaves the bytes of its file unchanged");
	other = code_map(fd, NULL, MAP_SHARED);
	is(wrong(other + 64, getpid()), 0, "a hot site works at a second address of its page");
	is(wrong(code + 64, getpid()), 0,
	   "a hot site still works at the first address of its page");
	pwrite(fd, call_getppid, sizeof(call_getppid), 64);
	is(wrong(code + 64, getppid()), 0,
	   "a write to the file of a hot page takes effect at once");
	is(wrong(other + 64, getppid()), 0, "the write takes effect at the second address, too");
	pwrite(fd, call_getpid, sizeof(call_getpid), 256);
	is(wrong(code + 256, getpid()), 0, "a second site in the same page works");
	is(wrong(code + 64, getppid()), 0, "a second site leaves the first unchanged");
	munmap(other, 2 * PAGE);

	other = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	other[64 + 1] = SYS_getpid;
	is(wrong(code + 64, getpid()), 0,
	   "a write to a hot page through a mapping takes effect at once");
	other[64 + 1] = SYS_getppid;
	is(wrong(code + 64, getppid()), 0,
	   "a second write through the mapping takes effect at once");
	/* This site has never been called. The writes above have already made the page writable. */
	memcpy(other + 512, call_getpid, sizeof(call_getpid));
	is(wrong(code + 512, getpid()), 0, "a site in a writable page works when it is hot");
	other[512 + 1] = SYS_getppid;
	is(wrong(code + 512, getppid()), 0, "a write that causes no fault takes effect at once");
	munmap(other, 2 * PAGE);

	pwrite(fd, call_getpid, sizeof(call_getpid), 1024);
	is(wrong(code + 1024, getpid()), 0,
	   "a third site is hot before its page gets a writable mapping");
	other = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	is(other[1024 + 1], SYS_getpid, "a new writable mapping shows the original bytes");
	if (pipe(pipe_fd) ||
	    write(pipe_fd[1], call_getppid, sizeof(call_getppid)) != sizeof(call_getppid))
		bail("pipe");
	read(pipe_fd[0], other + 1024, sizeof(call_getppid));
	is(wrong(code + 1024, getppid()), 0,
	   "what the kernel writes through an untouched mapping takes effect at once");
	close(pipe_fd[0]), close(pipe_fd[1]);
	munmap(other, 2 * PAGE);

	wrong(code + 64, getppid());
	mprotect(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	code[64 + 1] = SYS_getpid;
	is(wrong(code + 64, getpid()), 0, "a write to a private page takes effect at once");
	pread(fd, seen, sizeof(seen), 64);
	is(seen[1], SYS_getppid, "a write to a private page leaves the file unchanged");
	munmap(code, 2 * PAGE);
	close(fd);
}

static void place(void)
{
	int first = code_file(call_getpid, sizeof(call_getpid), 64);
	int second = code_file(call_getppid, sizeof(call_getppid), 64);
	int across = code_file(call_getpid, sizeof(call_getpid), PAGE - 5);
	uint8_t *code = code_map(first, NULL, MAP_PRIVATE), *moved;
	int bad = 0, status;
	pid_t pid;

	for (int i = 0; i < 20; i++) {
		bad += wrong(code + 64, getpid());
		code_map(second, code, MAP_PRIVATE);
		bad += wrong(code + 64, getppid());
		code_map(first, code, MAP_PRIVATE);
	}
	is(bad, 0, "after its page was replaced, an address runs the new code");
	moved = mremap(code, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, code + (64 << 20));
	is(wrong(moved + 64, getpid()), 0, "moved code still works");
	pid = fork();
	if (pid == 0) {
		moved = mremap(moved, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			       moved + (64 << 20));
		_exit(wrong(moved + 64, getpid()) != 0);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "a child can move hot code to another address");
	is(wrong(moved + 64, getpid()), 0, "the child's move does not affect its parent");
	code = code_map(across, NULL, MAP_PRIVATE);
	is(wrong(code + PAGE - 5, getpid()), 0, "a call that ends in the next page works");
	munmap(code, 2 * PAGE);
	close(across);

	/* Map the address at which the seccomp engine keeps its table of jumps. */
	close(first);
	first = code_file(call_getpid, sizeof(call_getpid), 2048);
	moved = code_map(first, NULL, MAP_PRIVATE);
	wrong(moved + 2048, getpid());
	code = mmap((void *)0x50f0000, 16 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ok(code == (void *)0x50f0000, "the address of the table of jumps can be mapped");
	memset(code, 0x5a, 16 * PAGE);
	is(wrong(moved + 2048, getpid()), 0, "hot calls work while the program uses that address");
	bad = 0;
	for (int i = 0; i < 16 * PAGE; i++)
		bad += code[i] != 0x5a;
	is(bad, 0, "hot calls leave the memory at that address unchanged");
	munmap(code, 16 * PAGE);
	is(wrong(moved + 2048, getpid()), 0,
	   "hot calls work after the program unmapped that address");
	close(first);
	close(second);
}

/* Compares registers, flags and the data below the stack pointer before and after a hot call. */
static void registers(void)
{
	int fd = code_file(call_getpid, sizeof(call_getpid) - 1, 64), bad = 0;
	static const uint8_t back[] = { 0x41, 0xff, 0xe7 };	/* jmp *%r15 */
	uint8_t *code;

	pwrite(fd, back, sizeof(back), 64 + 7);
	code = code_map(fd, NULL, MAP_PRIVATE);
	for (int i = 0; i < HOT; i++) {
		static unsigned long flags, red, r11;
		unsigned long pid, rcx, others;

		asm volatile("pushq $0x55aa\n\t"		/* becomes the red zone */
			     "addq $8, %%rsp\n\t"
			     "mov $1, %%rdi\n\tmov $2, %%rsi\n\tmov $3, %%rdx\n\tmov $4, %%r8\n\t"
			     "mov $5, %%r9\n\tmov $6, %%r10\n\tmov $7, %%r12\n\tmov $8, %%r13\n\t"
			     "lea 1f(%%rip), %%r15\n\t"
			     "std\n\tstc\n\t"
			     "jmp *%[site]\n"
			     "1:\tpushq -8(%%rsp)\n\tpushfq\n\tcld\n\t"
			     "popq %[flags]\n\tpopq %[red]\n\t"
			     "mov %%r11, %[r11]\n\t"
			     "add %%rsi, %%rdi\n\tadd %%rdx, %%rdi\n\t"
			     "add %%r8, %%rdi\n\tadd %%r9, %%rdi\n\t"
			     "add %%r10, %%rdi\n\tadd %%r12, %%rdi\n\tadd %%r13, %%rdi\n\t"
			     : "=a"(pid), "=&c"(rcx), "=&D"(others),
			       [flags] "=m"(flags), [red] "=m"(red), [r11] "=m"(r11)
			     : [site] "b"(code + 64)
			     : "rsi", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r15",
			       "memory", "cc");
		bad += pid != (unsigned long)getpid() ||
		       rcx != (unsigned long)(code + 71) || others != 36 || red != 0x55aa ||
		       (flags & 0x401) != 0x401 || (r11 & 0x401) != 0x401;
	}
	is(bad, 0,
	   "a hot call preserves registers, flags and the red zone, and leaves its address in rcx");
	munmap(code, 2 * PAGE);
	close(fd);
}

/* Tries other ways into a site, and bytes that only look like a site. */
static void shapes(void)
{
	/*
	 * mov $102 (getuid), %eax; jmp to the syscall of the next site; site: mov $39, %eax;
	 * syscall; ret
	 */
	static const uint8_t middle[] = { 0xb8, SYS_getuid, 0, 0, 0, 0xeb, 0x05,
					  0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05, 0xc3 };
	/* mov $102, %eax; mov $39, %r8d; syscall; mov %r8d, %eax; ret */
	static const uint8_t prefixed[] = { 0xb8, SYS_getuid, 0, 0, 0,
					    0x41, 0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05,
					    0x44, 0x89, 0xc0, 0xc3 };
	/*
	 * mov $39, %eax; push $5; push $6; mov 8(%rsp), %r9; syscall; mov %r9, %rax; pop %rcx;
	 * pop %rcx; ret
	 */
	static const uint8_t loaded[] = { 0xb8, SYS_getpid, 0, 0, 0, 0x6a, 5, 0x6a, 6,
					  0x4c, 0x8b, 0x4c, 0x24, 8, 0x0f, 0x05,
					  0x4c, 0x89, 0xc8, 0x59, 0x59, 0xc3 };
	int fd = code_file(middle, sizeof(middle), 64);
	uint8_t *code = code_map(fd, NULL, MAP_PRIVATE);

	is(wrong(code + 71, getpid()), 0, "a site before another entry point is hot");
	is(wrong(code + 64, getuid()), 0,
	   "a jump to its syscall instruction makes the call in eax");
	is(wrong(code + 71, getpid()), 0, "such a jump leaves the site unchanged");
	pwrite(fd, prefixed, sizeof(prefixed), 512);
	is(wrong(code + 512, SYS_getpid), 0,
	   "a load of r8 that resembles a load of eax still loads r8");
	pwrite(fd, loaded, sizeof(loaded), 1024);
	is(wrong(code + 1024, 5), 0, "an argument loaded from the stack arrives");
	munmap(code, 2 * PAGE);
	close(fd);
}

static volatile int stop_thread;
static long racing_pid, racing_ppid;

static void *race(void *site)
{
	long bad = 0;

	while (!stop_thread) {
		long result = ((site_fn)site)(0, 0);

		bad += result != racing_pid && result != racing_ppid;
	}
	return (void *)bad;
}

static void races(void)
{
	int fd = code_file(call_getpid, sizeof(call_getpid), 64);
	uint8_t *code = code_map(fd, NULL, MAP_PRIVATE);
	pthread_t thread;
	void *bad;

	racing_pid = getpid();
	racing_ppid = getppid();
	pthread_create(&thread, NULL, race, code + 64);
	for (int i = 0; i < 300; i++) {
		uint8_t nr = i % 2 ? SYS_getpid : SYS_getppid;

		pwrite(fd, &nr, 1, 65);
		usleep(500);
		if (i % 10 == 0) {
			mprotect(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
			mprotect(code, PAGE, PROT_READ | PROT_EXEC);
		}
	}
	stop_thread = 1;
	pthread_join(thread, &bad);
	is((long)bad, 0,
	   "a thread that calls while the code changes makes the old call or the new one");
	munmap(code, 2 * PAGE);
	close(fd);
}

static volatile unsigned long seen_outside, nr_alarms;
static unsigned long text_start, text_end, site_start;
extern char __executable_start, etext;

static void alarmed(int signo, siginfo_t *info, void *context)
{
	unsigned long ip = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

	nr_alarms++;
	if ((ip < text_start || ip >= text_end) && ip - site_start >= PAGE)
		seen_outside = ip;
	(void)signo, (void)info;
}

static void interruptions(void)
{
	struct sigaction action = { .sa_sigaction = alarmed, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { };
	int fd = code_file(call_getpid, sizeof(call_getpid), 64), bad = 0;
	uint8_t *code = code_map(fd, NULL, MAP_PRIVATE);

	text_start = (unsigned long)&__executable_start;
	text_end = (unsigned long)&etext;
	site_start = (unsigned long)code;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 100 || nr_alarms < 50; i++)
		bad += wrong(code + 64, getpid());
	setitimer(ITIMER_REAL, &never, NULL);
	is(bad, 0, "hot calls return their results despite timer signals");
	is((long)seen_outside, 0, "timer signals always interrupt the program's own code");
	munmap(code, 2 * PAGE);
	close(fd);
}

static void traced(void)
{
	int fd = code_file(call_getpid, sizeof(call_getpid), 64), status, steps = 0, other = 0;
	uint8_t *code = code_map(fd, NULL, MAP_PRIVATE);
	struct user_regs_struct regs;
	pid_t pid = fork();

	if (pid == 0) {
		wrong(code + 64, getpid());
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(((site_fn)(code + 64))(0, 0) != getpid());
	}
	waitpid(pid, &status, 0);
	while (WIFSTOPPED(status) && steps < 20000) {
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
		if (regs.rip >= (unsigned long)code && regs.rip < (unsigned long)code + PAGE)
			steps++;
		else if (regs.rip < text_start || regs.rip >= text_end)
			other++;
		if (ptrace(PTRACE_SINGLESTEP, pid, 0, 0))
			break;
		waitpid(pid, &status, 0);
	}
	is(steps, 3, "a debugger single-steps a site in three steps: load, call, return");
	is(other, 0, "a debugger steps through no code outside the program");
	is(status, 0, "the call of a single-stepped program returns its result");
	munmap(code, 2 * PAGE);
	close(fd);
}

int main(void)
{
	content();
	place();
	registers();
	shapes();
	races();
	interruptions();
	traced();
	return tap_done();
}
