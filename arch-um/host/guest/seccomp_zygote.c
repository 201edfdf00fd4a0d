// SPDX-License-Identifier: GPL-2.0-only
/*
 * seccomp_zygote.c - start the zygote, the first guest process of the seccomp engine
 *
 * The zygote is forked from the kernel process early, while the kernel process is still small. The
 * zygote maps the stub, drops everything else, and from then on forks spaces (stub/stub_setup.c).
 *
 * Called by engine_seccomp.c and seccomp_process.c on the machine's thread, before the kernel
 * process gives up system calls (host_confine_calls()).
 */
#include "guest/seccomp_zygote.h"
#include "guest/fp_state.h"
#include "guest/site_jumps.h"
#include "guest/stub_filter.h"
#include "libk.h"
#include "lx/lx_confine.h"
#include "lx/lx_file.h"
#include "lx/lx_memory.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "process/environment.h"
#include "process/memory.h"
#include "stub/stub_setup.h"

#define HWCAP2_FSGSBASE		2

extern const char um_stub_start[], um_stub_end[], stub_signal[];

static uint64_t stub_address(const void *entry)
{
	return UM_STUB_CODE + ((const char *)entry - um_stub_start);
}

static bool map_fixed(uint64_t at, size_t size, int prot, int flags, int fd, uint64_t offset)
{
	return !lx_is_error(lx_mmap((void *)at, size, prot, flags | MAP_FIXED, fd, offset));
}

static void signals_set(void)
{
	static const int handled[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS,
				       STUB_SIGNAL_KICK, STUB_SIGNAL_RESET };
	static const struct lx_sigaction deflt;
	struct lx_sigaction action = {
		.action = (void *)stub_address(stub_signal),
		.flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART | SA_RESTORER,
		.restorer = (void *)stub_address(stub_signal),	/* never used */
	};
	const lx_sigset all = ~0ULL;
	unsigned int i;

	lx_rt_sigprocmask(SIG_SETMASK, &all, NULL);
	for (i = 1; i <= 64; i++)
		lx_rt_sigaction(i, &deflt, NULL);
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		lx_rt_sigaction(handled[i], &action, NULL);
}

/* Close all descriptors but @keep, which is in ascending order. */
static void descriptors_keep(const int *keep, unsigned int nr)
{
	unsigned int from = 0, i;

	for (i = 0; i < nr; i++) {
		if (keep[i] > (int)from)
			lx_close_range(from, keep[i] - 1, 0);
		from = keep[i] + 1;
	}
	lx_close_range(from, ~0u, 0);
}

static void sort(int *value, unsigned int nr)
{
	unsigned int i, j;

	for (i = 1; i < nr; i++) {
		int moved = value[i];

		for (j = i; j > 0 && value[j - 1] > moved; j--)
			value[j] = value[j - 1];
		value[j] = moved;
	}
}

/* Runs in the new process, on a copy of the boot stack, until the stub takes over. */
__attribute__((noreturn)) static void zygote_main(struct host_space *zygote, int ack_fd)
{
	int keep[] = { ack_fd, host_stub_fd(), host_ram_fd() };
	struct rlimit64 none = { 0, 0 };

	signals_set();
	lx_setpgid(0, 0);
	lx_prctl(PR_SET_NAME, (unsigned long)"umlab-guest", 0, 0, 0);
	lx_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	lx_prlimit64(0, RLIMIT_CORE, &none, NULL);
	sort(keep, 3);
	descriptors_keep(keep, 3);

	/* Replace what the host mapped at these addresses, even the initial stack (not in use). */
	if (!map_fixed(UM_STUB_CODE, UM_STUB_CODE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ||
	    !map_fixed(UM_STUB_STACK, UM_STUB_STACK_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ||
	    !map_fixed(UM_STUB_CONSTS, UM_STUB_CONSTS_SIZE, PROT_READ, MAP_SHARED,
		       host_stub_fd(), 0) ||
	    !map_fixed(UM_SITES, UM_SITES_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED,
		       host_stub_fd(), STUB_FILE_SITES) ||
	    !map_fixed(UM_STUB_DATA, UM_STUB_DATA_SIZE, PROT_READ, MAP_SHARED,
		       host_stub_fd(), host_stub_offset(zygote)))
		lx_exit_group(2);
	memcpy((void *)UM_STUB_CODE, um_stub_start, um_stub_end - um_stub_start);
	lx_mprotect((void *)UM_STUB_CODE, UM_STUB_CODE_SIZE, PROT_READ | PROT_EXEC);
	asm volatile("mov %0, %%rsp\n\t"
		     "jmp *%1"
		     : : "r" (UM_STUB_STACK + UM_STUB_STACK_SIZE - 8),
			 "r" (stub_address(stub_setup_zygote)));
	__builtin_unreachable();
}

static int consts_init(int ack_fd)
{
	struct stub_consts *consts;

	consts = lx_mmap(NULL, UM_STUB_CONSTS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 host_stub_fd(), 0);
	if (lx_is_error(consts))
		return (long)consts;
	*consts = (struct stub_consts) {
		.ack_fd = ack_fd,
		.stub_fd = host_stub_fd(),
		.ram_fd = host_ram_fd(),
		.parent_pid = lx_getpid(),
		.all_signals = ~0ULL,
	};
	*(stack_t *)consts->signal_stack = (stack_t) {
		.ss_sp = (void *)(UM_STUB_MAILBOX + BOX_SIGNAL_STACK),
		.ss_size = BOX_SIGNAL_STACK_SIZE,
	};
	host_stub_filters(consts);
	lx_munmap(consts, UM_STUB_CONSTS_SIZE);
	return 0;
}

int host_zygote_check(char *why, size_t why_size)
{
	uint32_t action = SECCOMP_RET_TRAP;

	if (!(host_hwcap2() & HWCAP2_FSGSBASE)) {
		snprintf(why, why_size, "the processor or the host's kernel lacks FSGSBASE");
		return -ENODEV;
	}
	if (!host_fp_xsave() || host_fp_size() > BOX_SIGNAL_STACK - BOX_FP) {
		snprintf(why, why_size, "no XSAVE, or FP state of %zu bytes is too large",
			 host_fp_size());
		return -ENODEV;
	}
	if (lx_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action)) {
		snprintf(why, why_size, "the host has no seccomp filters");
		return -ENOSYS;
	}
	return 0;
}

int host_zygote_start(struct host_space *zygote, int ack_fd)
{
	int error = consts_init(ack_fd), pid;

	if (!error)
		error = host_sites_init();
	if (error)
		return error;
	pid = lx_clone(SIGCHLD, NULL, NULL, NULL, 0);
	if (pid == 0)
		zygote_main(zygote, ack_fd);
	if (pid < 0)
		return pid;
	zygote->pid = pid;
	return 0;
}
