// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine_ptrace.c - run guest code in traced host processes
 *
 * This engine is for hosts that lack what the seccomp engine needs. spaces.c calls it through
 * `engine_ptrace` on the machine's thread; ptrace_kick() runs in signal handlers.
 *
 * Theory of operation
 *
 * Every space is a host process that the machine's thread traces (PTRACE_SEIZE). PTRACE_SYSEMU lets
 * the process run until it makes a system call or raises an exception. The host does not carry out
 * the call. For a host event, ptrace_kick() stops the process with PTRACE_INTERRUPT.
 *
 * The zygote is forked early from the kernel process, while that process is small. The zygote maps
 * the stub, drops everything else and never runs guest code. Its stub forks all spaces with
 * CLONE_PARENT, so they are our children, hold only the stub, and are traced from the beginning.
 *
 * The process of a space is always stopped, except inside ptrace_run(), stub_run() and
 * ptrace_space_create(). Only the machine's thread resumes a process or waits for one.
 *
 * A PTRACE_INTERRUPT may come too late, when the process has stopped for another reason. The next
 * resume then reports an event stop at once. So an event stop means "nothing happened":
 * ptrace_run() returns, stub_run() resumes the process.
 */
#include "guest/engine_ptrace.h"
#include <linux/ptrace.h>
#include <um/upcall.h>
#include "guest/debug_regs.h"
#include "guest/placement.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_memory.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "process/memory.h"

#define NT_PRSTATUS	1
#define NT_X86_XSTATE	0x202
#define USER_CS		0x33	/* the host's segment for 64-bit code */

/* Wait statuses, as wait4() encodes them. */
#define STATUS_SIGNAL(status)	(((status) >> 8) & 0xff)
#define STATUS_EVENT(status)	((unsigned int)(status) >> 16)
#define STATUS_STOPPED(status)	(((status) & 0xff) == 0x7f)
#define SIGNAL_SYSCALL		(SIGTRAP | 0x80)

/* The engine's part of a space. */
struct ptrace_space {
	struct host_space space;
	unsigned int cpu;		/* where the process is, see host_placement_follow() */
};
_Static_assert(offsetof(struct ptrace_space, space) == 0, "ptrace_space_of() converts in place");

extern const char um_stub_start[], um_stub_end[], stub_call[], stub_batch[];

static struct {
	int zygote;
	volatile int running;		/* process that runs guest code; 0: none */
} tracer;

static struct ptrace_space *ptrace_space_of(struct host_space *space)
{
	return (struct ptrace_space *)space;
}

static uint64_t stub_address(const char *entry)
{
	return UM_STUB_CODE + (entry - um_stub_start);
}

/* Wait until @pid stops. Returns its status, or -ECHILD if it has ended. */
static int stop_wait(int pid)
{
	int status = 0, ret;

	while ((ret = lx_wait4(pid, &status, __WALL, NULL)) == -EINTR)
		;
	return ret == pid && STATUS_STOPPED(status) ? status : -ECHILD;
}

/*
 * Load the registers up to ss and leave the segment bases unchanged. The stub does not use the
 * bases. The host would reject a base above its user range, and guest code may have set one with
 * WRFSBASE or WRGSBASE.
 */
static long regs_load_general(int pid, const struct host_regs *regs)
{
	struct iovec vec = { (void *)regs, offsetof(struct host_regs, fs_base) };

	return lx_ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vec);
}

static long base_load(int pid, size_t offset, uint64_t base)
{
	return base < UM_HOST_TASK_END ?
		lx_ptrace(PTRACE_POKEUSR, pid, offset, (void *)base) : 0;
}

static long regs_load(int pid, const struct host_regs *regs)
{
	long error;

	if (regs->fs_base < UM_HOST_TASK_END && regs->gs_base < UM_HOST_TASK_END)
		return lx_ptrace(PTRACE_SETREGS, pid, 0, (void *)regs);
	/* The process still has the rejected base, unless another guest thread ran there since. */
	error = regs_load_general(pid, regs);
	if (!error)
		error = base_load(pid, offsetof(struct host_regs, fs_base), regs->fs_base);
	if (!error)
		error = base_load(pid, offsetof(struct host_regs, gs_base), regs->gs_base);
	return error;
}

/*
 * Guest code may load a data selector with any privilege level, but the host accepts only 0 and
 * selectors with level 3. On hardware, a return from an interrupt clears null selectors as well.
 */
static long regs_load_fixed(int pid, struct host_regs *regs)
{
	uint64_t *selectors[] = { &regs->ds, &regs->es, &regs->fs, &regs->gs };
	unsigned int i;

	for (i = 0; i < 4; i++)
		*selectors[i] = *selectors[i] & ~3ULL ? *selectors[i] | 3 : 0;
	return regs_load(pid, regs);
}

/* Let the stub of @pid run from regs->ip to its int3; *@regs gets the registers there. */
static int stub_run(int pid, struct host_regs *regs)
{
	int status;
	long error;

	regs->orig_ax = -1;
	error = regs_load_general(pid, regs);
	while (!error) {
		error = lx_ptrace(PTRACE_CONT, pid, 0, NULL);
		if (error)
			break;
		status = stop_wait(pid);
		if (status < 0)
			return status;
		if (STATUS_SIGNAL(status) == SIGTRAP && !STATUS_EVENT(status))
			return lx_ptrace(PTRACE_GETREGS, pid, 0, regs);
	}
	return error;
}

static void stub_regs(struct host_regs *regs, const char *entry)
{
	*regs = (struct host_regs) {
		.ip = stub_address(entry), .cs = USER_CS, .ss = 0x2b, .flags = 0x202,
	};
}

/* Let the process make one system call to the host. */
static long stub_syscall(int pid, long nr, long a, long b, long c, long d, long e, long f)
{
	struct host_regs regs;
	int error;

	stub_regs(&regs, stub_call);
	regs.ax = nr;
	regs.di = a, regs.si = b, regs.dx = c, regs.r10 = d, regs.r8 = e, regs.r9 = f;
	error = stub_run(pid, &regs);
	return error ? error : (long)regs.ax;
}

static void process_end(int pid)
{
	int status;

	lx_kill(pid, SIGKILL);
	while (lx_wait4(pid, &status, __WALL, NULL) == -EINTR)
		;
}

/* The process of @space was killed. Once it has been @reaped, another process may get its pid. */
static void space_lost(struct host_space *space, bool reaped)
{
	if (!reaped)
		process_end(space->pid);
	space->pid = 0;
}

static int ptrace_flush(struct host_space *space, unsigned int *done)
{
	struct host_regs regs;
	int error;

	stub_regs(&regs, stub_batch);
	regs.bx = UM_STUB_DATA;
	error = stub_run(space->pid, &regs);
	if (error) {
		space_lost(space, error == -ECHILD);
		return error;
	}
	*done = regs.r12;
	return *done == space->nr_queued ? 0 : (int)regs.ax;
}

/* ---- making and ending spaces ---- */

/* Runs in the new process, on a copy of the boot stack, until the stub takes over. */
__attribute__((noreturn)) static void zygote_main(int start_fd)
{
	static const struct lx_sigaction deflt;
	struct rlimit64 none = { 0, 0 };
	int ram_fd = host_ram_fd(), stub_fd = host_stub_fd();
	int low = ram_fd < stub_fd ? ram_fd : stub_fd, high = ram_fd < stub_fd ? stub_fd : ram_fd;
	lx_sigset empty = 0;
	char byte;
	int signo;

	/* The parent writes a byte once it traces this process. */
	if (lx_read(start_fd, &byte, 1) != 1)
		lx_exit_group(1);
	for (signo = 1; signo <= 64; signo++)
		lx_rt_sigaction(signo, &deflt, NULL);
	lx_rt_sigprocmask(SIG_SETMASK, &empty, NULL);
	lx_setpgid(0, 0);
	lx_prctl(PR_SET_NAME, (unsigned long)"umlab-guest", 0, 0, 0);
	lx_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	lx_prlimit64(0, RLIMIT_CORE, &none, NULL);
	if (low > 0)
		lx_close_range(0, low - 1, 0);
	if (high > low + 1)
		lx_close_range(low + 1, high - 1, 0);
	lx_close_range(high + 1, ~0u, 0);

	/* Replace what the host mapped at this address, even the initial stack (not in use). */
	if (lx_is_error(lx_mmap((void *)UM_STUB_CODE, UM_STUB_CODE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)))
		lx_exit_group(2);
	memcpy((void *)UM_STUB_CODE, um_stub_start, um_stub_end - um_stub_start);
	lx_mprotect((void *)UM_STUB_CODE, UM_STUB_CODE_SIZE, PROT_READ | PROT_EXEC);
	asm volatile("int3");
	lx_exit_group(3);
}

static int zygote_strip(int pid)
{
	long error;

	error = stub_syscall(pid, __NR_munmap, 0, UM_STUB_CODE, 0, 0, 0, 0);
	if (!error)
		error = stub_syscall(pid, __NR_munmap, UM_STUB_CODE + UM_STUB_CODE_SIZE,
				     UM_HOST_TASK_END - UM_STUB_CODE - UM_STUB_CODE_SIZE,
				     0, 0, 0, 0);
	return error;
}

static int zygote_start(void)
{
	const unsigned long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD |
		PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK;
	int fds[2], pid, status, error;

	error = lx_pipe2(fds, O_CLOEXEC);
	if (error)
		return error;
	pid = lx_clone(SIGCHLD, NULL, NULL, NULL, 0);
	if (pid == 0)
		zygote_main(fds[0]);
	error = pid;
	if (pid > 0)
		error = lx_ptrace(PTRACE_SEIZE, pid, 0, (void *)options);
	if (!error)
		lx_write(fds[1], "", 1);
	lx_close(fds[0]);
	lx_close(fds[1]);
	if (error < 0)
		return error;

	status = stop_wait(pid);
	if (status < 0 || STATUS_SIGNAL(status) != SIGTRAP)
		return -ECHILD;
	tracer.zygote = pid;
	return zygote_strip(pid);
}

static int ptrace_init(char *why, size_t why_size)
{
	int error = zygote_start();

	if (error) {
		snprintf(why, why_size,
			 "the host does not let this process trace its children (error %d%s)",
			 -error, error == -EPERM ?
			 ": kernel.yama.ptrace_scope must be 0 or 1, and no seccomp filter may "
			 "forbid ptrace" :
			 error == -EAGAIN ? ": no more processes allowed, see ulimit -u" : "");
		return error;
	}
	host_placement_init();
	snprintf(why, why_size, "ptrace (system calls by PTRACE_SYSEMU)");
	return 0;
}

/* Let the zygote fork. The zygote stops for the fork event and at int3; the child stops once. */
static int ptrace_space_create(struct host_space *space)
{
	struct host_regs regs;
	unsigned long child = 0;
	int zygote = tracer.zygote, status;
	long error;

	stub_regs(&regs, stub_call);
	regs.ax = __NR_clone;
	regs.di = CLONE_PARENT | SIGCHLD;
	regs.orig_ax = -1;
	error = lx_ptrace(PTRACE_SETREGS, zygote, 0, &regs);
	while (!error) {
		error = lx_ptrace(PTRACE_CONT, zygote, 0, NULL);
		if (error)
			break;
		status = stop_wait(zygote);
		if (status < 0)
			return -EAGAIN;
		if (STATUS_EVENT(status) >= PTRACE_EVENT_FORK &&
		    STATUS_EVENT(status) <= PTRACE_EVENT_CLONE)
			lx_ptrace(PTRACE_GETEVENTMSG, zygote, 0, &child);
		else if (STATUS_SIGNAL(status) == SIGTRAP && !STATUS_EVENT(status))
			break;
	}
	if (!error)
		error = lx_ptrace(PTRACE_GETREGS, zygote, 0, &regs);
	if (!error && (long)regs.ax < 0)
		error = (long)regs.ax;
	if (error || !child)
		return error == -ENOMEM ? -ENOMEM : -EAGAIN;

	if (stop_wait(child) < 0)
		return -EAGAIN;
	error = stub_syscall(child, __NR_mmap, UM_STUB_DATA, UM_STUB_DATA_SIZE, PROT_READ,
			     MAP_SHARED | MAP_FIXED, host_stub_fd(),
			     host_stub_offset(space));
	if (error != UM_STUB_DATA) {
		process_end(child);
		return -ENOMEM;
	}
	space->pid = child;
	ptrace_space_of(space)->cpu = 0;
	return 0;
}

static void ptrace_space_destroy(struct host_space *space)
{
	if (space->pid)
		process_end(space->pid);
	space->pid = 0;
}

static void ptrace_shutdown(void)
{
	if (tracer.zygote)
		process_end(tracer.zygote);
	tracer.zygote = 0;
}

/* ---- running ---- */

static void ptrace_kick(void)
{
	if (tracer.running)
		lx_ptrace(PTRACE_INTERRUPT, tracer.running, 0, NULL);
}

static enum guest_stop exception(int pid, struct guest_event *event)
{
	struct siginfo info;

	if (lx_ptrace(PTRACE_GETSIGINFO, pid, 0, &info))
		return GUEST_GONE;
	/* Ignore signals that another process on the host has sent. */
	if (info.si_code <= 0)
		return GUEST_INTERRUPT;

	event->signo = info.si_signo;
	event->code = info.si_code;
	event->addr = (uint64_t)info.si_addr;
	switch (info.si_signo) {
	case SIGSEGV:
		if (info.si_code != SEGV_MAPERR && info.si_code != SEGV_ACCERR)
			return GUEST_TRAP;
		event->access = info.si_code == SEGV_ACCERR ? GUEST_ACCESS_DENIED :
							      GUEST_ACCESS_UNKNOWN;
		return GUEST_FAULT;
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
		return GUEST_TRAP;
	}
	return GUEST_INTERRUPT;
}

/*
 * Is an exception pending? If an exception and an interruption coincide, the host reports the
 * interruption first. The exception's signal would then hit the next task that runs in the space.
 */
static bool exception_pending(int pid)
{
	struct ptrace_peeksiginfo_args first = { .nr = 1 };
	struct siginfo info;

	return lx_ptrace(PTRACE_PEEKSIGINFO, pid, (unsigned long)&first, &info) == 1;
}

static void ptrace_run(struct host_space *space, struct host_regs *regs, unsigned int flags,
		       struct guest_event *event)
{
	long request = flags & GUEST_RUN_STEP ? PTRACE_SYSEMU_SINGLESTEP : PTRACE_SYSEMU;
	int pid = space->pid, status;

	event->stop = GUEST_GONE;
	event->signo = 0;
	host_placement_follow(pid, &ptrace_space_of(space)->cpu);
	/* Keep the host from restarting a system call because of the guest's result in ax. */
	regs->orig_ax = -1;
	if (regs_load(pid, regs) && regs_load_fixed(pid, regs)) {
		space_lost(space, false);
		return;
	}

	/* From here on an event interrupts the process; earlier events are in um_irqs_pending. */
	tracer.running = pid;
	asm volatile("" : : : "memory");
	if (um_irqs_pending) {
		tracer.running = 0;
		event->stop = GUEST_INTERRUPT;
		return;
	}
	do
		status = lx_ptrace(request, pid, 0, NULL) ? -ECHILD : stop_wait(pid);
	while (status >= 0 && STATUS_EVENT(status) && exception_pending(pid));
	tracer.running = 0;

	if (status < 0 || lx_ptrace(PTRACE_GETREGS, pid, 0, regs)) {
		space_lost(space, status < 0);
		return;
	}
	/*
	 * A far jump led to 32-bit code. Go back to 64-bit code, because otherwise the host would
	 * read the registers of regs_load_general() in the 32-bit layout.
	 */
	if (regs->cs != USER_CS)
		lx_ptrace(PTRACE_POKEUSR, pid, offsetof(struct host_regs, cs), (void *)USER_CS);
	if (STATUS_SIGNAL(status) == SIGNAL_SYSCALL) {
		event->stop = GUEST_SYSCALL;
		event->gate_unknown = true;
		return;
	}
	regs->orig_ax = -1;
	event->stop = STATUS_EVENT(status) ? GUEST_INTERRUPT : exception(pid, event);
}

static int ptrace_fp_get(struct host_space *space, void *fp, size_t size)
{
	struct iovec vec = { fp, size };

	return lx_ptrace(PTRACE_GETREGSET, space->pid, NT_X86_XSTATE, &vec);
}

static int ptrace_fp_set(struct host_space *space, const void *fp, size_t size)
{
	struct iovec vec = { (void *)fp, size };

	return lx_ptrace(PTRACE_SETREGSET, space->pid, NT_X86_XSTATE, &vec);
}

static int ptrace_debug_set(struct host_space *space, const struct host_debug *debug)
{
	int error = host_debug_load(space->pid, debug);

	if (error)
		host_debug_load(space->pid, &space->debug);
	return error;
}

static uint64_t ptrace_debug_status(struct host_space *space)
{
	return host_debug_status(space->pid);
}

const struct engine_ops engine_ptrace = {
	.name = "ptrace",
	.space_size = sizeof(struct ptrace_space),
	.init = ptrace_init,
	.space_create = ptrace_space_create,
	.space_destroy = ptrace_space_destroy,
	.flush = ptrace_flush,
	.run = ptrace_run,
	.fp_get = ptrace_fp_get,
	.fp_set = ptrace_fp_set,
	.debug_set = ptrace_debug_set,
	.debug_status = ptrace_debug_status,
	.kick = ptrace_kick,
	.shutdown = ptrace_shutdown,
};
