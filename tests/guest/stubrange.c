// SPDX-License-Identifier: GPL-2.0-only
/*
 * stubrange.c - asking the guest's own kernel for the addresses where the stub lies
 *
 * They lie above what it calls the end of user memory, so each call is refused, with
 * the error of any kernel for addresses that are not the user's. The stub stays as it was.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "attack.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static const unsigned long pages[] = {
	UM_TASK_SIZE, UM_STUB_STACK, UM_STUB_CODE, UM_STUB_CONSTS, UM_STUB_DATA, UM_STUB_MAILBOX,
	UM_STUB_MAILBOX + BOX_SIGNAL_STACK, UM_STUB_END - 4096, UM_STUB_END, 0x7fffffffe000,
};
#define NR_PAGES (sizeof(pages) / sizeof(pages[0]))

static unsigned long sum(void)
{
	unsigned long sum = 0;

	if (attack_can_read(UM_STUB_CODE))
		for (unsigned long at = UM_STUB_CODE; at < UM_STUB_CODE + UM_STUB_CODE_SIZE; at += 8)
			sum = sum * 31 + *(unsigned long *)at;
	return sum;
}

/* The number of pages for which STATEMENT does not fail with one of two errors. */
#define NOT_REFUSED(error1, error2, ...) ({				\
	int wrong_ = 0;							\
	for (size_t i = 0; i < NR_PAGES; i++) {				\
		void *at = (void *)pages[i];				\
		errno = 0;						\
		if ((long)(__VA_ARGS__) != -1 || (errno != (error1) && errno != (error2))) { \
			diag("%p: errno %d", at, errno);		\
			wrong_++;					\
		}							\
	}								\
	wrong_; })

static void by_mapping(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int shm = shmget(IPC_PRIVATE, 4096, 0600);
	unsigned char residence;
	void *spread;

	is(NOT_REFUSED(ENOMEM, EINVAL, mmap(at, 4096, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)), 0,
	   "nothing is mapped over the stub");
	is(NOT_REFUSED(ENOMEM, EINVAL, mmap(at, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
					    MAP_FIXED_NOREPLACE, -1, 0)), 0,
	   "nor beside it, where nothing is");
	is(NOT_REFUSED(EINVAL, ENOMEM, mremap(page, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, at)),
	   0, "nor moved there");
	is(NOT_REFUSED(EFAULT, EINVAL, mremap(at, 4096, 8192, MREMAP_MAYMOVE)), 0,
	   "nor is the stub moved away");
	is(NOT_REFUSED(EINVAL, ENOMEM, shmat(shm, at, 0)), 0, "no shared segment comes there");
	is(NOT_REFUSED(EINVAL, ENOMEM, munmap(at, 4096)), 0, "it is not unmapped");
	is(NOT_REFUSED(ENOMEM, EINVAL, mprotect(at, 4096, PROT_READ | PROT_WRITE | PROT_EXEC)), 0,
	   "its protection stays");
	is(NOT_REFUSED(ENOMEM, EINVAL, madvise(at, 4096, MADV_DONTNEED)), 0,
	   "madvise finds nothing there");
	is(NOT_REFUSED(ENOMEM, EINVAL, mincore(at, 4096, &residence)), 0, "nor does mincore");
	is(NOT_REFUSED(ENOMEM, EINVAL, mlock(at, 4096)), 0, "nor mlock");
	/* A range that begins in the user's own memory and ends in the stub. */
	spread = mmap((void *)(UM_TASK_SIZE - 8192), 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (spread != MAP_FAILED) {
		ok(munmap(spread, 0x10000) == -1 && errno == EINVAL,
		   "a range that ends in the stub is refused");
		munmap(spread, 4096);
	}
	ok(mmap(NULL, UM_TASK_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		0) == MAP_FAILED,
	   "a mapping of all addresses is refused");
	shmctl(shm, IPC_RMID, NULL);
	munmap(page, 4096);
}

/* Calls that take an address to read or write: the guest's kernel copies only what its page tables have. */
static void by_copying(void)
{
	char word[16] = "attack";
	int fds[2], memory = open("/proc/self/mem", O_RDWR);

	pipe(fds);
	is(NOT_REFUSED(EFAULT, EFAULT, write(fds[1], at, 8)), 0, "write cannot read the stub");
	write(fds[1], word, 8);
	is(NOT_REFUSED(EFAULT, EFAULT, read(fds[0], at, 8)), 0, "read cannot write it");
	is(NOT_REFUSED(EIO, EFAULT, pread(memory, word, 8, (off_t)at)), 0,
	   "/proc/self/mem cannot read it");
	is(NOT_REFUSED(EIO, EFAULT, pwrite(memory, word, 8, (off_t)at)), 0, "nor write it");
	is(NOT_REFUSED(EFAULT, EFAULT, ({
		struct iovec mine = { word, 8 }, its = { at, 8 };
		process_vm_writev(getpid(), &mine, 1, &its, 1,
				  0); })), 0, "nor can process_vm_writev");
	is(NOT_REFUSED(EFAULT, EFAULT, syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, at, 8)), 0,
	   "nor a result of a call");
	close(fds[0]);
	close(fds[1]);
	close(memory);
}

/* A tracer in the guest: words and breakpoints in the stub of its tracee. */
static void by_tracing(void)
{
	int status, wrong = 0;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(5);
	}
	waitpid(pid, &status, 0);
	is(NOT_REFUSED(EIO, EFAULT, ptrace(PTRACE_POKEDATA, pid, at, 1)), 0,
	   "a tracer cannot write the stub of its tracee");
	for (size_t i = 0; i < NR_PAGES; i++) {
		/* An address first, then switch it on: either may be refused. */
		long error = ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]),
				    pages[i]) ||
			     ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]),
				    0xd0001);

		if (!error) {
			diag("breakpoint at %#lx", pages[i]);
			wrong++;
		}
		ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]), 0);
	}
	is(wrong, 0, "nor set a breakpoint there");
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	waitpid(pid, &status, 0);
	is(status, 5 << 8, "and the tracee goes on");
}

int main(void)
{
	unsigned long before;

	if (!in_guest()) {
		skip("the stub's addresses are no user's", "not in a guest");
		return tap_done();
	}
	attack_handlers();
	before = sum();
	by_mapping();
	by_copying();
	by_tracing();
	ok(sum() == before, "the stub's code is what it was");
	ok(attack_machine_lives(), "and the machine goes on");
	return tap_done();
}
