// SPDX-License-Identifier: GPL-2.0-only
/*
 * forgedip.c - forge the address of a system call under a filter that judges calls by address
 *
 * A seccomp filter or syscall user dispatch lets only the calls of one page pass. The attacker
 * claims calls from addresses of that page, but makes none there. As on hardware, only an address
 * after a `syscall` instruction that the program can execute may count. Calls that the page really
 * makes pass, by trap and by jump. t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "forge.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

enum { PAGE = 4096, REFUSED = 77, HOT = 300 };

/* Where the page has what. */
enum {
	SITE = 64,		/* mov $getppid, %eax; syscall; ret */
	SLIDE = 1024,		/* code without a system call: go to landed() */
	HALF_0F = 1536,		/* the same after 0f and after 05 alone */
	HALF_05 = 2048,
};

static unsigned char *page;	/* its calls may pass */
static unsigned char *data;	/* not executable; has the bytes of a call before SLIDE */

static struct shared {
	volatile long passed;
} *shared;

static long stub_patched;

/* The result of the forged call is in rax. */
static void landed_with(long result)
{
	shared->passed = result != -REFUSED;
	/* The filter refuses all calls from here but this one. */
	syscall(SYS_exit_group, 0);
}

static void slide_make(unsigned char *at)
{
	static const unsigned char head[] = { 0x48, 0x89, 0xc7, 0x48, 0xb8 };
	void (*target)(long) = landed_with;

	/* mov %rax, %rdi; movabs $landed_with, %rax; jmp *%rax */
	memcpy(at, head, 5);
	memcpy(at + 5, &target, 8);
	memcpy(at + 13, "\xff\xe0", 2);
}

static void pages_make(void)
{
	static const unsigned char site[] = { 0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0xc3 };
	unsigned char content[PAGE];
	char name[] = "/tmp/forgedip.XXXXXX";
	int fd = mkstemp(name), own;

	memset(content, 0x90, PAGE);
	memcpy(content + SITE, site, sizeof(site));
	slide_make(content + SLIDE);
	content[HALF_0F - 1] = 0x0f;
	slide_make(content + HALF_0F);
	content[HALF_05 - 1] = 0x05;
	slide_make(content + HALF_05);
	if (write(fd, content, PAGE) != PAGE)
		bail("file");
	own = open(name, O_RDONLY);
	close(fd);
	page = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, own, 0);
	data = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || data == MAP_FAILED)
		bail("mmap");
	memcpy(data + SLIDE - 2, "\x0f\x05", 2);
	slide_make(data + SLIDE);
	unlink(name);
}

/* Refuses getppid and getuid outside [@start, @start + PAGE). */
static void filter_by_address(unsigned char *start)
{
	unsigned long at = (unsigned long)start;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, at >> 32, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(PAGE - 1u)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)at, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | REFUSED),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		_exit(98);
}

static volatile char dispatch;

static void dispatched(int signo, siginfo_t *info, void *context)
{
	(void)signo, (void)info, (void)context;
	dispatch = 0;
	_exit(REFUSED);
}

static void dispatch_by_address(unsigned char *start)
{
	struct sigaction action = { .sa_sigaction = dispatched, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &action, NULL);
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, (unsigned long)start, PAGE, &dispatch))
		_exit(98);
	dispatch = 1;
}

static void (*guard)(unsigned char *start);

/* Claims a call from @ip, by a stop for a call. */
static void by_call(unsigned long ip)
{
	guard(ip - (unsigned long)data < PAGE ? data : page);
	forge_call((void (*)(void))ip, SYS_getppid, 0, 0, 0);
	forge_go(forge_find_stopped());
}

/* Claims a call from @ip, through the stub's entry for patched sites. */
static void by_entry(unsigned long ip)
{
	guard(ip - (unsigned long)data < PAGE ? data : page);
	asm volatile("jmp *%0" : : "r"(stub_patched), "a"(SYS_getppid), "c"(ip) : "memory");
}

/* Claims a call from @ip, by the signal frame of a trap. */
static void by_frame(unsigned long ip)
{
	volatile unsigned long *frame = (void *)(UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x1000);
	volatile unsigned int *info = (void *)(UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x800);

	guard(ip - (unsigned long)data < PAGE ? data : page);
	forge_call((void (*)(void))ip, SYS_getppid, 0, 0, 0);
	for (int i = 0; i < 64; i++)
		frame[i] = 0;
	frame[18] = SYS_getppid;
	frame[20] = BOX->regs[R_SP];
	frame[21] = ip;
	frame[22] = 0x202;
	frame[28] = UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 0x2000;
	memset((void *)frame[28], 0, 1024);
	*(volatile unsigned int *)(frame[28] + 24) = 0x1f80;
	for (int i = 0; i < 16; i++)
		info[i] = 0;
	info[0] = SIGSYS;
	info[2] = 1;				/* SYS_SECCOMP */
	*(volatile unsigned long *)&info[4] = ip;
	info[6] = SYS_getppid;
	info[7] = AUDIT_ARCH_X86_64;
	BOX->frame = (unsigned long)frame;
	BOX->info = (unsigned long)info;
	BOX->signo = SIGSYS;
	BOX->stop = STUB_STOP_SIGNAL;
	forge_go(forge_find_stopped());
}

static void forge(const char *what, void (*how)(unsigned long), const char *how_name)
{
	const struct {
		const char *name;
		unsigned long ip;
	} targets[] = {
		{ "without a call", (unsigned long)page + SLIDE },
		{ "after 0f", (unsigned long)page + HALF_0F },
		{ "after 05", (unsigned long)page + HALF_05 },
		{ "that cannot be executed", (unsigned long)data + SLIDE },
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		int status;

		shared->passed = 0;
		status = attack_in_child((void (*)(long))how, targets[i].ip);
		ok(!shared->passed,
		   "%s: no call passes from an address %s, forged by %s (status %#x)", what,
		   targets[i].name, how_name, status);
	}
}

/* Makes real calls from the page and one from elsewhere. */
static void real(long unused)
{
	long (*call)(void) = (long (*)(void))(page + SITE);
	pid_t parent = getppid();

	(void)unused;
	guard(page);
	for (int i = 0; i < HOT; i++)
		if (call() != parent)
			_exit(1);
	/* Syscall user dispatch ends the process here. */
	if (syscall(SYS_getppid) != -1 || errno != REFUSED)
		_exit(2);
	dispatch = 0;
	_exit(REFUSED);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*fn)(unsigned char *start);
	} guards[] = {
		{ "seccomp filter", filter_by_address },
		{ "syscall user dispatch", dispatch_by_address },
	};

	if (!in_guest()) {
		skip("a forged address passes no filter", "not in a guest");
		return tap_done();
	}
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pages_make();
	stub_patched = UM_STUB_CODE;
	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++) {
		guard = guards[i].fn;
		is(attack_in_child(real, 0), REFUSED << 8,
		   "real calls from the page pass, others do not");
		if (!attack_has_mailbox()) {
			skip("a forged address passes no filter", "this engine has no mailbox");
			continue;
		}
		forge(guards[i].name, by_call, "a call");
		forge(guards[i].name, by_entry, "the entry of patched sites");
		forge(guards[i].name, by_frame, "a signal frame");
	}
	ok(attack_machine_lives(), "the machine survives forged addresses");
	return tap_done();
}
