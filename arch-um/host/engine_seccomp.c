// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine_seccomp.c - run guest code in host processes that hand over through shared memory
 *
 * Theory of operation
 *
 * A space's process has a guest thread and a mapper (stub/stub_seccomp.S). Both it and
 * this thread see the space's mailbox. The word `turn` in it says who goes on: this thread
 * fills in the registers and gives the turn to the guest thread (handover.c); the stub
 * writes down why guest code stopped and gives it back.
 *
 * Where the registers of a stopped guest are:
 *   space->frame   in the signal frame there, FP state included; a resume loads the
 *                  frame, so they are changed in place
 *   otherwise      in the mailbox; the FP state is in the processor registers of the
 *                  guest thread, unless fp_load says that it waits in the mailbox
 *
 * What guest code can do about it. It can write the mailbox, stop without stopping (give the turn
 * away and run on), and jump to any place of the stub. So
 * - all that is read from the mailbox is read once, and used as guest registers and
 *   events: things that guest code may choose anyway. Addresses into the mailbox are checked.
 * - what takes a mapping away is done before the page gets another use
 *   (stopped_for_sure is false): guest code that runs on loses it all the same. The mapper's
 *   acknowledgement comes through a descriptor that the guest thread does not have.
 * - a space gets another address space only after its guest thread was seen in the stub
 *   with nothing mapped (seccomp_reuse()).
 * - a guest thread that keeps the turn although it was kicked, and uses processor time meanwhile,
 *   is ended.
 */
#include <um/upcall.h>
#include "debug_regs.h"
#include "engine.h"
#include "handover.h"
#include "host_internal.h"
#include "libk.h"
#include "lx.h"
#include "placement.h"
#include "stub_filter.h"

#define NSEC_PER_MSEC		1000000ULL

/* What a kicked guest thread may still use of a processor. */
#define KICK_CPU_LIMIT		(200 * NSEC_PER_MSEC)
#define KICK_AGAIN		(20 * NSEC_PER_MSEC)

#define HWCAP2_FSGSBASE		2
#define TRAP_GP			13
#define TRAP_PAGE_FAULT		14
#define ERROR_WRITE		2
#define ERROR_FETCH		16
#define FLAGS_TRAP		0x100
#define FLAGS_GUEST		0x254dd7	/* flags that guest code may change */
#define FLAGS_FIXED		0x202
#define AUDIT_ARCH_X86_64	0xc000003e
#define GATE_SIZE		2		/* bytes of syscall, int 0x80, sysenter */

/* Offsets in the FP state, in XSAVE standard format. */
#define FP_SOFTWARE		464
#define FP_HEADER		512
#define FP_COMPACT		520
#define FP_EXTENDED		576

extern const char um_stub_start[], um_stub_end[], stub_base[], stub_signal[];
extern void stub_setup_zygote(void);

static struct {
	struct stub_consts *consts;
	struct host_space *zygote;
	int ack_fd;
	struct host_space *volatile running;	/* whose guest code runs, or should */
	volatile bool child_ended;
	uint64_t kicked_cpu;			/* 0: not kicked since the run began */
} machine;

/* ---- processes ---- */

static bool process_ended(struct host_space *space)
{
	int status;

	if (space->pid && lx_wait4(space->pid, &status, WNOHANG | __WALL, NULL) == 0)
		return false;
	space->pid = 0;
	return true;
}

static void process_check(struct host_space *space)
{
	process_ended(space);
}

static void process_kill(struct host_space *space)
{
	int status;

	host_handover_forget(space);
	if (!space->pid)
		return;
	lx_kill(space->pid, SIGKILL);
	while (lx_wait4(space->pid, &status, __WALL, NULL) == -EINTR)
		;
	space->pid = 0;
}

/* Without reaping it: handlers may come between a look at the pid and its use. */
static bool process_is_zombie(int pid)
{
	struct siginfo info = {};

	return !lx_waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

static void seccomp_child_ended(void)
{
	uint64_t value = STUB_ACK_CHILD_ENDED;
	struct host_space *space = machine.running;

	machine.child_ended = true;
	if (space && process_is_zombie(space->pid)) {
		__atomic_store_n(&space->mailbox->turn, STUB_TURN_KERNEL, __ATOMIC_SEQ_CST);
		/* A sleep of this thread that is resumed finds the word changed, and ends. */
		space->mailbox->kernel_sleeps = 0;
	}
	lx_write(machine.ack_fd, &value, sizeof(value));
}

/* Wait for news on the acknowledgement descriptor. */
static uint64_t acknowledgement(void)
{
	uint64_t value;

	while (lx_read(machine.ack_fd, &value, sizeof(value)) != sizeof(value))
		;
	return value;
}

/* Give the mapper of @space a batch, or the zygote a request. */
static void request(struct host_space *space)
{
	struct stub_data *data = space->data;

	__atomic_store_n(&data->seq, data->seq + 1, __ATOMIC_SEQ_CST);
	lx_futex(&data->seq, FUTEX_WAKE, 1, NULL);
}

/* Which command failed, and why. A lie about it is the guest's own loss. */
static unsigned int failed_command(struct host_space *space, int *error)
{
	struct stub_mailbox *mailbox = space->mailbox;

	*error = __atomic_load_n(&mailbox->map_error, __ATOMIC_RELAXED);
	if (*error >= 0)
		*error = -EINVAL;
	return __atomic_load_n(&mailbox->map_index, __ATOMIC_RELAXED) % STUB_NR_COMMANDS;
}

static int seccomp_flush(struct host_space *space, unsigned int *done)
{
	uint64_t ack;
	int error;

	host_placement_follow(space);
	request(space);
	do {
		ack = acknowledgement();
		if (ack & STUB_ACK_DONE_VALUE)
			return 0;
	} while (!(ack & STUB_ACK_FAILED_VALUE) && !process_ended(space));
	if (!space->pid)
		return -ECHILD;
	*done = failed_command(space, &error);
	return error;
}

static void data_init(struct stub_data *data)
{
	*data = (struct stub_data) {
		.ack_done = STUB_ACK_DONE_VALUE, .ack_failed = STUB_ACK_FAILED_VALUE,
	};
}

static int seccomp_space_create(struct host_space *space)
{
	uint64_t ack, ready = 0;
	int error = 0;

	memset(space->mailbox, 0, BOX_SIGNAL_STACK);
	data_init(space->data);
	space->frame = 0;
	space->fp_load = false;
	space->pid = 0;
	space->placement = space->guest_placement = 0;
	host_placement_follow(machine.zygote);
	machine.zygote->data->nr_commands = space->slot;
	request(machine.zygote);
	do {
		ack = acknowledgement();
		space->pid |= ack % STUB_ACK_DONE_VALUE;
		ready |= ack & STUB_ACK_READY;
		error = ack / STUB_ACK_ERROR;
		if (ack & STUB_ACK_CHILD_ENDED &&
		    (process_ended(machine.zygote) || (space->pid && process_ended(space))))
			error = EAGAIN;
	} while (!error && !(space->pid && ready));
	if (error) {
		process_kill(space);
		return error == ENOMEM ? -ENOMEM : -EAGAIN;
	}
	space->tid = space->mailbox->tid;
	return 0;
}

/*
 * Guest code of the former user may not have stopped when it said so. Everything
 * that it could run is unmapped; the handler of the signal leads the thread from wherever it
 * is to its wait, and the number, which nobody could know before, proves it.
 */
static int seccomp_reuse(struct host_space *space)
{
	struct stub_mailbox *mailbox = space->mailbox;
	uint64_t epoch;

	if (lx_getrandom(&epoch, sizeof(epoch), 0) != sizeof(epoch))
		return -EAGAIN;
	space->data->epoch = epoch;
	machine.running = space;
	machine.kicked_cpu = 0;
	host_handover_reset(space);
	machine.running = NULL;
	if (__atomic_load_n(&mailbox->reset_epoch, __ATOMIC_ACQUIRE) != epoch)
		return -EAGAIN;
	memset(space->data->returns, 0, sizeof(space->data->returns));
	space->frame = 0;
	space->fp_load = space->fp_saved = false;
	return 0;
}

/* ---- start ---- */

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
		.restorer = (void *)stub_address(stub_signal),	/* never returned to */
	};
	const lx_sigset all = ~0ULL;
	unsigned int i;

	lx_rt_sigprocmask(SIG_SETMASK, &all, NULL);
	for (i = 1; i <= 64; i++)
		lx_rt_sigaction(i, &deflt, NULL);
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		lx_rt_sigaction(handled[i], &action, NULL);
}

/* Close all but @keep, which is in ascending order. */
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
__attribute__((noreturn)) static void zygote_main(void)
{
	int keep[] = { machine.ack_fd, host_stub_fd(), host_ram_fd() };
	struct rlimit64 none = { 0, 0 };

	signals_set();
	lx_setpgid(0, 0);
	lx_prctl(PR_SET_NAME, (unsigned long)"umlab-guest", 0, 0, 0);
	lx_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	lx_prlimit64(0, RLIMIT_CORE, &none, NULL);
	sort(keep, 3);
	descriptors_keep(keep, 3);

	/* Over whatever the host put there, the first stack included: we run on another. */
	if (!map_fixed(UM_STUB_CODE, UM_STUB_CODE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ||
	    !map_fixed(UM_STUB_STACK, UM_STUB_STACK_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ||
	    !map_fixed(UM_STUB_CONSTS, UM_STUB_CONSTS_SIZE, PROT_READ, MAP_SHARED,
		       host_stub_fd(), 0) ||
	    !map_fixed(UM_SITES, UM_SITES_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED,
		       host_stub_fd(), STUB_FILE_SITES) ||
	    !map_fixed(UM_STUB_DATA, UM_STUB_DATA_SIZE, PROT_READ, MAP_SHARED,
		       host_stub_fd(), host_stub_offset(machine.zygote)))
		lx_exit_group(2);
	memcpy((void *)UM_STUB_CODE, um_stub_start, um_stub_end - um_stub_start);
	lx_mprotect((void *)UM_STUB_CODE, UM_STUB_CODE_SIZE, PROT_READ | PROT_EXEC);
	asm volatile("mov %0, %%rsp\n\t"
		     "jmp *%1"
		     : : "r" (UM_STUB_STACK + UM_STUB_STACK_SIZE - 8),
			 "r" (stub_address(stub_setup_zygote)));
	__builtin_unreachable();
}

static int consts_init(void)
{
	struct stub_consts *consts;

	consts = lx_mmap(NULL, UM_STUB_CONSTS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 host_stub_fd(), 0);
	if (lx_is_error(consts))
		return (long)consts;
	*consts = (struct stub_consts) {
		.ack_fd = machine.ack_fd,
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
	machine.consts = consts;
	return 0;
}

/* The host allows filters and gives what the stub needs of the processor, or @why not. */
static int host_check(char *why, size_t why_size)
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

static int seccomp_init(char *why, size_t why_size)
{
	int error = host_check(why, why_size), pid;

	if (error)
		return error;
	machine.ack_fd = lx_eventfd2(0, EFD_CLOEXEC);
	if (machine.ack_fd < 0) {
		snprintf(why, why_size, "eventfd: error %d", -machine.ack_fd);
		return machine.ack_fd;
	}
	error = host_space_reserve(&machine.zygote);
	if (!error)
		error = consts_init();
	if (!error)
		error = host_sites_init();
	if (error) {
		snprintf(why, why_size, "no memory for the stub (error %d)", -error);
		goto out_close;
	}
	data_init(machine.zygote->data);
	pid = lx_clone(SIGCHLD, NULL, NULL, NULL, 0);
	if (pid == 0)
		zygote_main();
	error = pid;
	if (pid > 0) {
		machine.zygote->pid = pid;
		while (!(acknowledgement() & STUB_ACK_READY) && !process_ended(machine.zygote))
			;
		error = machine.zygote->pid ? 0 : -ECHILD;
	}
	if (error < 0) {
		snprintf(why, why_size, "cannot start a process (error %d%s)", -error,
			 error == -EAGAIN ? ": no more processes allowed, see ulimit -u" : "");
		goto out_close;
	}
	host_placement_init();
	host_handover_init();
	snprintf(why, why_size, "seccomp (system calls by SIGSYS)");
	return 0;

out_close:
	lx_close(machine.ack_fd);
	return error;
}

static void seccomp_shutdown(void)
{
	if (machine.zygote)
		process_kill(machine.zygote);
}

/* ---- FP state ---- */

/* Kernel address of @size bytes at @addr of the signal stack, or NULL: not there. */
static void *signal_stack_at(struct host_space *space, uint64_t addr, size_t size)
{
	uint64_t offset = addr - UM_STUB_MAILBOX;

	if (addr % 8 || offset < BOX_SIGNAL_STACK + 8 || offset > UM_STUB_MAILBOX_SIZE - size)
		return NULL;
	return (void *)space->mailbox + offset;
}

static struct ucontext *frame_of(struct host_space *space)
{
	return signal_stack_at(space, space->frame, sizeof(struct ucontext));
}

/* Where the FP state lies in memory; NULL: in the processor, or nowhere sensible. */
static uint8_t *fp_place(struct host_space *space)
{
	uint64_t addr;

	if (!space->frame)
		return space->fp_load || space->fp_saved ? space->mailbox->fp : NULL;
	addr = (uint64_t)*(void *volatile *)&frame_of(space)->uc_mcontext.fpstate;
	return addr % 64 ? NULL : signal_stack_at(space, addr, host_fp_size());
}

static int seccomp_fp_get(struct host_space *space, void *fp, size_t size)
{
	struct stub_mailbox *mailbox = space->mailbox;
	uint8_t *place = fp_place(space);

	if (!place && space->frame)
		return -EFAULT;
	if (!place) {
		memset(mailbox->fp + FP_HEADER, 0, FP_EXTENDED - FP_HEADER);
		mailbox->resume = STUB_RESUME_SAVE_FP;
		machine.running = space;
		machine.kicked_cpu = 0;
		host_handover(space);
		machine.running = NULL;
		place = mailbox->fp;
	}
	memcpy(fp, place, size);
	/* Guest code can have written there: what the kernel gets has a sound form. */
	memset(fp + FP_SOFTWARE, 0, FP_HEADER - FP_SOFTWARE);
	*(uint64_t *)(fp + FP_SOFTWARE) = host_fp_features();
	*(uint64_t *)(fp + FP_HEADER) &= host_fp_features();
	memset(fp + FP_COMPACT, 0, FP_EXTENDED - FP_COMPACT);
	return 0;
}

static int seccomp_fp_set(struct host_space *space, const void *fp, size_t size)
{
	uint8_t *place;

	if (!space->frame)
		space->fp_load = true;
	place = fp_place(space);
	if (!place)
		return -EFAULT;
	/* The words between tell the host how large the state is. */
	memcpy(place, fp, FP_SOFTWARE);
	memcpy(place + FP_HEADER, fp + FP_HEADER, size - FP_HEADER);
	return 0;
}

/* ---- registers ---- */

static void frame_load(struct host_regs *regs, const struct sigcontext *sc)
{
	*regs = (struct host_regs) {
		.r15 = sc->r15, .r14 = sc->r14, .r13 = sc->r13, .r12 = sc->r12,
		.bp = sc->rbp, .bx = sc->rbx, .r11 = sc->r11, .r10 = sc->r10,
		.r9 = sc->r9, .r8 = sc->r8, .ax = sc->rax, .cx = sc->rcx, .dx = sc->rdx,
		.si = sc->rsi, .di = sc->rdi, .ip = sc->rip, .flags = sc->eflags, .sp = sc->rsp,
	};
}

static void frame_store(struct sigcontext *sc, const struct host_regs *regs)
{
	sc->r15 = regs->r15, sc->r14 = regs->r14, sc->r13 = regs->r13, sc->r12 = regs->r12;
	sc->rbp = regs->bp, sc->rbx = regs->bx, sc->r11 = regs->r11, sc->r10 = regs->r10;
	sc->r9 = regs->r9, sc->r8 = regs->r8, sc->rax = regs->ax, sc->rcx = regs->cx;
	sc->rdx = regs->dx, sc->rsi = regs->si, sc->rdi = regs->di;
	sc->rip = regs->ip, sc->rsp = regs->sp, sc->eflags = regs->flags;
}

/* What guest code cannot choose: segments, and the flags that are the host's. */
static void regs_complete(struct host_space *space, struct host_regs *regs)
{
	const uint64_t *box = space->mailbox->regs;

	regs->fs_base = box[offsetof(struct host_regs, fs_base) / 8];
	regs->gs_base = box[offsetof(struct host_regs, gs_base) / 8];
	regs->cs = 0x33;
	regs->ss = 0x2b;
	regs->ds = regs->es = regs->fs = regs->gs = 0;
	regs->flags = (regs->flags & FLAGS_GUEST) | FLAGS_FIXED;
}

static void regs_store(struct host_space *space, const struct host_regs *regs, bool step)
{
	struct stub_mailbox *mailbox = space->mailbox;
	struct host_regs out = *regs;

	out.flags = (out.flags & FLAGS_GUEST) | FLAGS_FIXED | (step ? FLAGS_TRAP : 0);
	out.cs = 0x33;
	out.ss = 0x2b;
	memcpy(mailbox->regs, &out, sizeof(out));
	mailbox->resume = (space->fp_load ? STUB_RESUME_LOAD_FP : 0) |
			  (out.flags & FLAGS_TRAP ? STUB_RESUME_STEP : 0);
	if (space->frame) {
		frame_store(&frame_of(space)->uc_mcontext, &out);
		mailbox->frame = space->frame;
		mailbox->resume = STUB_RESUME_FRAME;
	}
}

/* ---- why guest code stopped ---- */

static bool in_stub(uint64_t ip)
{
	return ip - UM_STUB_CODE < UM_STUB_CODE_SIZE || ip - UM_SITES < UM_SITES_SIZE;
}

/*
 * SIGSYS says which call it was and where: behind the instruction, for a call by `syscall`.
 * A call of the vsyscall page is reported with that address, when the host has made the
 * return already; a guest's kernel has no such page.
 */
static void system_call(struct host_regs *regs, struct guest_event *event, uint64_t call_addr,
			uint32_t nr, uint32_t arch)
{
	*event = (struct guest_event) { .stop = GUEST_SYSCALL, .trapped = true };
	if (arch == AUDIT_ARCH_X86_64 && call_addr == regs->ip && !in_stub(regs->ip)) {
		regs->orig_ax = nr;
		return;
	}
	*event = (struct guest_event) {
		.stop = GUEST_TRAP, .signo = SIGSEGV, .code = SI_KERNEL,
	};
	if (call_addr != regs->ip) {
		regs->ip = call_addr;
		regs->sp -= 8;
		*event = (struct guest_event) {
			.stop = GUEST_FAULT, .access = GUEST_ACCESS_EXEC, .addr = call_addr,
		};
		return;
	}
	regs->ip -= GATE_SIZE;
	if (in_stub(regs->ip))
		*event = (struct guest_event) {
			.stop = GUEST_FAULT, .access = GUEST_ACCESS_EXEC, .addr = regs->ip,
		};
}

/* Exceptions: the frame tells the vector and the processor's error code. */
static void exception(const struct host_regs *regs, struct guest_event *event,
		      const struct sigcontext *sc, int signo, int code, uint64_t addr)
{
	uint64_t error = sc->err;

	*event = (struct guest_event) {
		.stop = GUEST_TRAP, .signo = signo, .code = code, .addr = addr,
	};
	if (in_stub(regs->ip)) {
		/* Guest code jumped there, on a real machine to nothing. */
		event->stop = GUEST_FAULT;
		event->access = GUEST_ACCESS_EXEC;
		event->addr = regs->ip;
	} else if (signo == SIGSEGV && sc->trapno == TRAP_PAGE_FAULT) {
		event->stop = GUEST_FAULT;
		event->addr = sc->cr2;
		event->access = error & ERROR_FETCH ? GUEST_ACCESS_EXEC :
				error & ERROR_WRITE ? GUEST_ACCESS_WRITE : GUEST_ACCESS_READ;
	}
}

static void signal_stop(struct host_space *space, struct host_regs *regs,
			struct guest_event *event)
{
	struct stub_mailbox *mailbox = space->mailbox;
	uint64_t frame = __atomic_load_n(&mailbox->frame, __ATOMIC_RELAXED);
	uint64_t info_addr = __atomic_load_n(&mailbox->info, __ATOMIC_RELAXED);
	int signo = __atomic_load_n(&mailbox->signo, __ATOMIC_RELAXED);
	struct ucontext *uc = signal_stack_at(space, frame, sizeof(*uc));
	struct siginfo *from = signal_stack_at(space, info_addr, sizeof(*from));
	struct siginfo info;

	event->stop = GUEST_GONE;
	if (!uc || !from) {
		process_kill(space);
		return;
	}
	space->frame = frame;
	space->fp_load = false;
	info = *(volatile struct siginfo *)from;
	frame_load(regs, &uc->uc_mcontext);
	regs_complete(space, regs);
	regs->orig_ax = -1;

	event->stop = GUEST_INTERRUPT;
	switch (signo) {
	case SIGSYS:
		if (info.si_code == SYS_SECCOMP)
			system_call(regs, event, (uint64_t)info.si_call_addr, info.si_syscall,
				    info.si_arch);
		break;
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
		/* Others are sent by processes of the host: none of the guest's business. */
		if (info.si_code > 0)
			exception(regs, event, &uc->uc_mcontext, signo, info.si_code,
				  (uint64_t)info.si_addr);
		break;
	}
}

static void call_stop(struct host_space *space, struct host_regs *regs,
		      struct guest_event *event)
{
	memcpy(regs, space->mailbox->regs, sizeof(*regs));
	regs_complete(space, regs);
	space->frame = 0;
	space->fp_load = false;
	space->fp_saved = space->data->save_fp;
	*event = (struct guest_event) { .stop = GUEST_SYSCALL };
}

static void unused_stop(struct host_space *space, struct guest_event *event)
{
	uint64_t frame = __atomic_load_n(&space->mailbox->frame, __ATOMIC_RELAXED);

	event->stop = GUEST_INTERRUPT;
	if (signal_stack_at(space, frame, sizeof(struct ucontext))) {
		space->frame = frame;
		space->fp_load = false;
	}
}

/* Let the mapper carry out what is queued, then the guest thread run. */
static void maps_and_turn(struct host_space *space)
{
	struct stub_mailbox *mailbox = space->mailbox;

	if (!space->nr_queued) {
		host_handover(space);
		return;
	}
	if (host_handover_by_mapper(space)) {
		if (__atomic_load_n(&mailbox->stop, __ATOMIC_RELAXED) == STUB_STOP_MAP_FAILED)
			space->map_failed = failed_command(space, &space->map_error);
	} else {
		space->map_error = seccomp_flush(space, &space->map_failed);
		if (!space->map_error)
			host_handover(space);
	}
	space->nr_queued = 0;
}

static void seccomp_run(struct host_space *space, struct host_regs *regs, unsigned int flags,
			struct guest_event *event)
{
	bool hide_trap = flags & GUEST_RUN_STEP && !(regs->flags & FLAGS_TRAP);
	struct stub_mailbox *mailbox = space->mailbox;

	regs_store(space, regs, flags & GUEST_RUN_STEP);
	mailbox->kick = 0;
	mailbox->stop = 0;
	space->data->save_fp = !!(flags & GUEST_RUN_SHARED);
	space->fp_saved = false;
	machine.kicked_cpu = 0;
	/* From here on a handler kicks the guest thread; before, it left um_irqs_pending. */
	machine.running = space;
	asm volatile("" : : : "memory");
	if (um_irqs_pending) {
		machine.running = NULL;
		event->stop = GUEST_INTERRUPT;
		return;
	}
	if (machine.child_ended) {
		machine.child_ended = false;
		host_spaces_visit(process_check);
	}
	if (space->pid)
		maps_and_turn(space);
	machine.running = NULL;
	event->stop = GUEST_GONE;
	if (!space->pid || (machine.child_ended && process_ended(space)))
		return;

	switch (__atomic_load_n(&mailbox->stop, __ATOMIC_RELAXED)) {
	case STUB_STOP_SIGNAL:
		signal_stop(space, regs, event);
		break;
	case STUB_STOP_CALL:
		call_stop(space, regs, event);
		break;
	case STUB_STOP_UNUSED:
		unused_stop(space, event);
		return;
	default:
		/* Nothing ran; FP state that was to be loaded may have been. */
		event->stop = GUEST_INTERRUPT;
		return;
	}
	if (hide_trap)
		regs->flags &= ~FLAGS_TRAP;
}

/* Processor time of the process, as a guest thread that does not stop goes on using it. */
static uint64_t process_cpu(int pid)
{
	struct __kernel_timespec time = {};

	/* The host's number for the processor time clock of a process. */
	lx_clock_gettime(~pid << 3 | 2, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static void seccomp_kick(void)
{
	struct host_space *space = machine.running;
	uint64_t cpu;

	if (!space)
		return;
	space->mailbox->kick = 1;
	lx_tgkill(space->pid, space->tid, STUB_SIGNAL_KICK);
	cpu = process_cpu(space->pid) + 1;
	if (!machine.kicked_cpu)
		machine.kicked_cpu = cpu;
	else if (cpu - machine.kicked_cpu > KICK_CPU_LIMIT)
		lx_kill(space->pid, SIGKILL);
	/* No timer is due for the kernel until it has seen this event: look again then. */
	host_timer_set(host_time_now() + KICK_AGAIN);
}

/* ---- debug registers: only a tracer can set them ---- */

static int seccomp_debug_set(struct host_space *space, const struct host_debug *debug)
{
	int error = host_debug_attach(space->tid);

	if (error)
		return error == -EPERM ? -EIO : error;
	error = host_debug_load(space->tid, debug);
	if (error)
		host_debug_load(space->tid, &space->debug);
	host_debug_detach(space->tid);
	return error;
}

static uint64_t seccomp_debug_status(struct host_space *space)
{
	uint64_t status = 0;

	if (!host_debug_attach(space->tid)) {
		status = host_debug_status(space->tid);
		host_debug_detach(space->tid);
	}
	return status;
}

const struct engine_ops engine_seccomp = {
	.name = "seccomp",
	.run_maps = true,
	.sites = true,
	.init = seccomp_init,
	.space_create = seccomp_space_create,
	.space_reuse = seccomp_reuse,
	.space_destroy = process_kill,
	.flush = seccomp_flush,
	.run = seccomp_run,
	.fp_get = seccomp_fp_get,
	.fp_set = seccomp_fp_set,
	.debug_set = seccomp_debug_set,
	.debug_status = seccomp_debug_status,
	.kick = seccomp_kick,
	.child_ended = seccomp_child_ended,
	.idle = host_handover_idle,
	.shutdown = seccomp_shutdown,
};
