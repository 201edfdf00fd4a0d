// SPDX-License-Identifier: GPL-2.0-only
/*
 * stubrange.c - ask the guest's kernel to change or copy the memory of the stub
 *
 * The stub lies above the end of user memory. The guest's kernel must reject each call with the
 * usual error for addresses that are not the user's, and the stub must stay unchanged.
 * t5040-isolation.sh runs this program in a guest.
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

/* Returns a checksum of the stub's code. */
static unsigned long sum(void)
{
	unsigned long sum = 0;

	if (attack_can_read(UM_STUB_CODE))
		for (unsigned long offset = 0; offset < UM_STUB_CODE_SIZE; offset += 8)
			sum = sum * 31 + *(unsigned long *)(UM_STUB_CODE + offset);
	return sum;
}

/* Counts the pages for which a statement does not fail with one of two errors. */
#define NOT_REFUSED(error1, error2, ...) ({				\
	int wrong_ = 0;							\
	for (size_t i = 0; i < NR_PAGES; i++) {				\
		void *at = (void *)pages[i];				\
		errno = 0;						\
		if ((long)(__VA_ARGS__) != -1 ||				\
		    (errno != (error1) && errno != (error2))) {			\
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
	   "mmap rejects an address in the stub");
	is(NOT_REFUSED(ENOMEM, EINVAL, mmap(at, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
					    MAP_FIXED_NOREPLACE, -1, 0)), 0,
	   "mmap with MAP_FIXED_NOREPLACE rejects an address near the stub");
	is(NOT_REFUSED(EINVAL, ENOMEM, mremap(page, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, at)),
	   0, "mremap cannot move a page over the stub");
	is(NOT_REFUSED(EFAULT, EINVAL, mremap(at, 4096, 8192, MREMAP_MAYMOVE)), 0,
	   "mremap cannot move the stub away");
	is(NOT_REFUSED(EINVAL, ENOMEM, shmat(shm, at, 0)), 0,
	   "shmat rejects an address in the stub");
	is(NOT_REFUSED(EINVAL, ENOMEM, munmap(at, 4096)), 0,
	   "munmap rejects an address in the stub");
	is(NOT_REFUSED(ENOMEM, EINVAL, mprotect(at, 4096, PROT_READ | PROT_WRITE | PROT_EXEC)), 0,
	   "mprotect rejects an address in the stub");
	is(NOT_REFUSED(ENOMEM, EINVAL, madvise(at, 4096, MADV_DONTNEED)), 0,
	   "madvise rejects an address in the stub");
	is(NOT_REFUSED(ENOMEM, EINVAL, mincore(at, 4096, &residence)), 0,
	   "mincore rejects an address in the stub");
	is(NOT_REFUSED(ENOMEM, EINVAL, mlock(at, 4096)), 0, "mlock rejects an address in the stub");
	/* The range begins in user memory and ends in the stub. */
	spread = mmap((void *)(UM_TASK_SIZE - 8192), 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (spread != MAP_FAILED) {
		ok(munmap(spread, 0x10000) == -1 && errno == EINVAL,
		   "munmap rejects a range that ends in the stub");
		munmap(spread, 4096);
	}
	ok(mmap(NULL, UM_TASK_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		0) == MAP_FAILED,
	   "mmap rejects a mapping of all addresses");
	shmctl(shm, IPC_RMID, NULL);
	munmap(page, 4096);
}

/* Tests calls that copy data: the kernel copies only memory in the caller's page tables. */
static void by_copying(void)
{
	char word[16] = "attack";
	int fds[2], memory = open("/proc/self/mem", O_RDWR);

	pipe(fds);
	is(NOT_REFUSED(EFAULT, EFAULT, write(fds[1], at, 8)), 0, "write cannot read the stub");
	write(fds[1], word, 8);
	is(NOT_REFUSED(EFAULT, EFAULT, read(fds[0], at, 8)), 0, "read cannot write the stub");
	is(NOT_REFUSED(EIO, EFAULT, pread(memory, word, 8, (off_t)at)), 0,
	   "/proc/self/mem cannot read the stub");
	is(NOT_REFUSED(EIO, EFAULT, pwrite(memory, word, 8, (off_t)at)), 0,
	   "/proc/self/mem cannot write the stub");
	is(NOT_REFUSED(EFAULT, EFAULT, ({
		struct iovec mine = { word, 8 }, its = { at, 8 };
		process_vm_writev(getpid(), &mine, 1, &its, 1, 0); })), 0,
	   "process_vm_writev cannot write the stub");
	is(NOT_REFUSED(EFAULT, EFAULT, syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, at, 8)), 0,
	   "the result of a call cannot be written to the stub");
	close(fds[0]);
	close(fds[1]);
	close(memory);
}

/* A tracer in the guest tries to set words and breakpoints in the stub of its tracee. */
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
		/* Set the address first, then enable it: either may fail. */
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
	is(wrong, 0, "a tracer cannot set a breakpoint in the stub of its tracee");
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	waitpid(pid, &status, 0);
	is(status, 5 << 8, "the tracee continues");
}

int main(void)
{
	unsigned long before;

	if (!in_guest()) {
		skip("the stub is out of reach of system calls", "not in a guest");
		return tap_done();
	}
	attack_handlers();
	before = sum();
	by_mapping();
	by_copying();
	by_tracing();
	ok(sum() == before, "the stub's code is unchanged");
	ok(attack_machine_lives(), "the machine survives calls on the stub's addresses");
	return tap_done();
}
