// SPDX-License-Identifier: GPL-2.0-only
/*
 * worker.c - run host threads in addition to the machine's own
 *
 * Workers make calls that would block the machine: disk transfers (drivers-ubd/worker) and waiting
 * for descriptors that cannot signal (poll.c). A worker shares memory and descriptors with the
 * machine's thread, and has no thread-local storage and no kernel `current`. Workers block all
 * signals, so signals always reach the machine's thread. Workers run until the process ends.
 *
 * drivers-ubd/worker/ubd_worker.c and poll.c start workers on the machine's thread. Any thread may
 * wait and wake. Workers call host_worker_notify() to raise an event of the machine.
 */
#include <um/host.h>
#include <um/upcall.h>
#include "lx/lx_memory.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "lx/lx_thread.h"
#include "process/handlers.h"

#define STACK_SIZE 0x10000
#define GUARD_SIZE 0x1000

int host_worker_start(int (*fn)(void *arg), void *arg)
{
	const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				    CLONE_THREAD | CLONE_SYSVSEM;
	lx_sigset all = ~0ULL, old;
	void *stack;
	int tid, error;

	stack = lx_mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (lx_is_error(stack))
		return (long)stack;
	error = lx_mprotect(stack, GUARD_SIZE, PROT_NONE);
	if (error)
		goto out_unmap;

	/* The new thread inherits the signal mask. */
	lx_rt_sigprocmask(SIG_SETMASK, &all, &old);
	tid = lx_clone_thread(fn, arg, stack + STACK_SIZE, flags);
	lx_rt_sigprocmask(SIG_SETMASK, &old, NULL);
	if (tid < 0) {
		error = tid;
		goto out_unmap;
	}
	return 0;

out_unmap:
	lx_munmap(stack, STACK_SIZE);
	return error;
}

void host_worker_wait(uint32_t *word, uint32_t seen)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == seen)
		lx_futex(word, FUTEX_WAIT_PRIVATE, seen, NULL);
}

void host_worker_wake(uint32_t *word)
{
	lx_futex(word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL);
}

void host_worker_notify(void)
{
	host_event_raise(UM_EVENT_WORKER);
}
