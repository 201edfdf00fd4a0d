// SPDX-License-Identifier: GPL-2.0-only
/*
 * stub_setup.c - start guest processes of the seccomp engine
 *
 * Runs inside guest processes, in the zygote and in each new space, before the process holds any
 * guest code. The zygote is forked from the kernel process and drops everything but the stub. When
 * the kernel process asks for a space, the zygote forks a child. The child maps its data and
 * mailbox, creates the guest thread, and becomes the mapper.
 *
 * This code is copied with the rest of the stub, so it may call only functions of the stub. The
 * only constants in memory that it may use are those of the constants page.
 */
#include "stub/stub_setup.h"
#include <um/stub.h>
#include "lx/lx_confine.h"
#include "lx/lx_file.h"
#include "lx/lx_memory.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "lx/lx_thread.h"

#define STUB_TEXT __attribute__((section(".um.stub.c"), used))

static const struct stub_consts *const consts = (const struct stub_consts *)UM_STUB_CONSTS;
static struct stub_data *const data = (struct stub_data *)UM_STUB_DATA;
static struct stub_mailbox *const mailbox = (struct stub_mailbox *)UM_STUB_MAILBOX;

long stub_clone_guest(unsigned long flags, void *stack);
void stub_wait(void) __attribute__((noreturn));
void stub_mapper(void) __attribute__((noreturn));

/* Report to the kernel process. Values add up until they are read, see STUB_ACK_*. */
STUB_TEXT static void acknowledge(uint64_t value)
{
	lx_write(consts->ack_fd, &value, sizeof(value));
}

/* Start of the guest thread. Under its filter, the thread can only wait for its turn. */
STUB_TEXT void stub_setup_guest(void)
{
	lx_sigaltstack((const stack_t *)consts->signal_stack, NULL);
	lx_rt_sigprocmask(SIG_SETMASK, &consts->no_signals, NULL);
	/* The mapper keeps its descriptors, because without CLONE_FILES each thread has its own. */
	if (lx_close_range(0, ~0u, 0) ||
	    lx_seccomp(SECCOMP_SET_MODE_FILTER, 0, (void *)&consts->guest_filter))
		lx_exit_group(1);
	/* The thread runs on the small stack of the mailbox already. */
	stub_wait();
}

STUB_TEXT __attribute__((noreturn)) static void space_main(uint32_t slot)
{
	const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD |
				    CLONE_SYSVSEM;
	uint64_t offset = STUB_FILE_SLOTS + (uint64_t)slot * STUB_SLOT_SIZE;
	long tid = -EAGAIN;

	/* If the kernel process ended before this call, there will be no death signal. */
	lx_prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (lx_getppid() != consts->parent_pid)
		lx_exit_group(1);
	if (!lx_is_error(lx_mmap((void *)UM_STUB_DATA, UM_STUB_DATA_SIZE, PROT_READ,
				 MAP_SHARED | MAP_FIXED, consts->stub_fd, offset)) &&
	    !lx_is_error(lx_mmap((void *)UM_STUB_MAILBOX, UM_STUB_MAILBOX_SIZE,
				 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, consts->stub_fd,
				 offset + UM_STUB_DATA_SIZE)))
		tid = stub_clone_guest(flags, (void *)(UM_STUB_MAILBOX + BOX_STACK_TOP));
	if (tid < 0) {
		acknowledge(STUB_ACK_ERROR * -tid);
		lx_exit_group(1);
	}
	mailbox->tid = tid;
	lx_close(consts->stub_fd);
	acknowledge(STUB_ACK_READY);
	if (lx_seccomp(SECCOMP_SET_MODE_FILTER, 0, (void *)&consts->mapper_filter))
		lx_exit_group(1);
	stub_mapper();
}

/* Runs on the stack at UM_STUB_STACK. For the zygote, nr_commands is the next space's slot. */
STUB_TEXT void stub_setup_zygote(void)
{
	uint32_t done = 0;
	long pid;

	lx_munmap(NULL, UM_SITES);
	lx_munmap((void *)(UM_SITES + UM_SITES_SIZE), UM_STUB_STACK - UM_SITES - UM_SITES_SIZE);
	lx_munmap((void *)UM_STUB_END, UM_HOST_TASK_END - UM_STUB_END);
	lx_prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	acknowledge(STUB_ACK_READY);
	for (;;) {
		while (__atomic_load_n(&data->seq, __ATOMIC_ACQUIRE) == done)
			lx_futex(&data->seq, FUTEX_WAIT, done, NULL);
		done++;
		pid = lx_clone(CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, 0);
		if (pid == 0)
			space_main(data->nr_commands);
		acknowledge(pid < 0 ? STUB_ACK_ERROR * -pid : pid);
	}
}
