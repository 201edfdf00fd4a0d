// SPDX-License-Identifier: GPL-2.0-only
/*
 * seccomp_stop.c - get and set a stopped guest thread's registers, and find out why it stopped
 *
 * Called by engine_seccomp.c on the machine's thread in the kernel process, before and after each
 * run. Registers and FP state are in a signal frame or in the mailbox (engine_seccomp.c says
 * which). Both lie in memory that guest code can write at any time, so each value is read once,
 * and each address is checked before use.
 */
#include "guest/seccomp_stop.h"
#include <asm/processor-flags.h>
#include "guest/seccomp_process.h"
#include "libk.h"
#include "lx/lx_signal.h"

#define TRAP_PAGE_FAULT		14
#define ERROR_WRITE		2
#define ERROR_FETCH		16
#define FLAGS_GUEST		0x254dd7	/* flags that guest code may change */
#define FLAGS_FIXED		0x202		/* flags that are always set in user code */
#define AUDIT_ARCH_X86_64	0xc000003e
#define GATE_SIZE		2		/* bytes of syscall, int 0x80, sysenter */

/* Offsets in the FP state, in XSAVE standard format. */
#define FP_SOFTWARE		464
#define FP_HEADER		512
#define FP_COMPACT		520
#define FP_EXTENDED		576

/* ---- FP state ---- */

/*
 * Returns the address in this process of the @size bytes at guest address @addr; NULL: they are not
 * on the signal stack.
 */
static void *signal_stack_at(struct seccomp_space *space, uint64_t addr, size_t size)
{
	uint64_t offset = addr - UM_STUB_MAILBOX;

	if (addr % 8 || offset < BOX_SIGNAL_STACK + 8 || offset > UM_STUB_MAILBOX_SIZE - size)
		return NULL;
	return (void *)space->mailbox + offset;
}

static struct ucontext *frame_of(struct seccomp_space *space)
{
	return signal_stack_at(space, space->frame, sizeof(struct ucontext));
}

/*
 * Returns where in memory the FP state is; NULL: it is in the processor, or the signal frame has an
 * invalid address for it.
 */
static uint8_t *fp_place(struct seccomp_space *space)
{
	uint64_t addr;

	if (!space->frame)
		return space->fp_load || space->fp_saved ? space->mailbox->fp : NULL;
	addr = (uint64_t)*(void *volatile *)&frame_of(space)->uc_mcontext.fpstate;
	return addr % 64 ? NULL : signal_stack_at(space, addr, host_fp_size());
}

int host_seccomp_fp_get(struct host_space *generic, void *fp, size_t size)
{
	struct seccomp_space *space = seccomp_space_of(generic);
	struct stub_mailbox *mailbox = space->mailbox;
	uint8_t *place = fp_place(space);

	if (!place && space->frame)
		return -EFAULT;
	if (!place) {
		memset(mailbox->fp + FP_HEADER, 0, FP_EXTENDED - FP_HEADER);
		mailbox->resume = STUB_RESUME_SAVE_FP;
		host_seccomp_turn(space);
		place = mailbox->fp;
	}
	memcpy(fp, place, size);
	/* Guest code may have changed the header, so give the kernel a valid one. */
	memset(fp + FP_SOFTWARE, 0, FP_HEADER - FP_SOFTWARE);
	*(uint64_t *)(fp + FP_SOFTWARE) = host_fp_features();
	*(uint64_t *)(fp + FP_HEADER) &= host_fp_features();
	memset(fp + FP_COMPACT, 0, FP_EXTENDED - FP_COMPACT);
	return 0;
}

int host_seccomp_fp_set(struct host_space *generic, const void *fp, size_t size)
{
	struct seccomp_space *space = seccomp_space_of(generic);
	uint8_t *place;

	if (!space->frame)
		space->fp_load = true;
	place = fp_place(space);
	if (!place)
		return -EFAULT;
	/* Keep the words from FP_SOFTWARE on: they tell the host the size of the state. */
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

/* Add the bases, which the stub saves in the mailbox, and set what guests cannot choose. */
static void regs_complete(struct seccomp_space *space, struct host_regs *regs)
{
	const uint64_t *box = space->mailbox->regs;

	regs->fs_base = box[offsetof(struct host_regs, fs_base) / 8];
	regs->gs_base = box[offsetof(struct host_regs, gs_base) / 8];
	regs->cs = 0x33;
	regs->ss = 0x2b;
	regs->ds = regs->es = regs->fs = regs->gs = 0;
	regs->flags = (regs->flags & FLAGS_GUEST) | FLAGS_FIXED;
}

void host_seccomp_resume(struct seccomp_space *space, const struct host_regs *regs, bool step)
{
	struct stub_mailbox *mailbox = space->mailbox;
	struct host_regs out = *regs;

	out.flags = (out.flags & FLAGS_GUEST) | FLAGS_FIXED | (step ? X86_EFLAGS_TF : 0);
	out.cs = 0x33;
	out.ss = 0x2b;
	memcpy(mailbox->regs, &out, sizeof(out));
	mailbox->resume = (space->fp_load ? STUB_RESUME_LOAD_FP : 0) |
			  (out.flags & X86_EFLAGS_TF ? STUB_RESUME_STEP : 0);
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
 * SIGSYS reports the address of the call. For `syscall` that is the address after the instruction.
 * For a call into the vsyscall page it is the address in that page, and the host has already
 * returned from the page. The guest has no such page, so undo the return and report a page fault.
 */
static void system_call(struct host_regs *regs, struct guest_event *event, uint64_t call_addr,
			uint32_t arch)
{
	*event = (struct guest_event) { .stop = GUEST_SYSCALL, .trapped = true };
	if (arch == AUDIT_ARCH_X86_64 && call_addr == regs->ip && !in_stub(regs->ip)) {
		regs->orig_ax = regs->ax;	/* all 64 bits; the host uses only 32 */
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

/* Fills in *@event for an exception. @sc has the vector and error code from the processor. */
static void exception(const struct host_regs *regs, struct guest_event *event,
		      const struct sigcontext *sc, int signo, int code, uint64_t addr)
{
	uint64_t error = sc->err;

	*event = (struct guest_event) {
		.stop = GUEST_TRAP, .signo = signo, .code = code, .addr = addr,
	};
	if (in_stub(regs->ip)) {
		/* Guest code jumped into the stub. On hardware nothing would be mapped there. */
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

static void signal_stop(struct seccomp_space *space, struct host_regs *regs,
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
	event->signo = 0;
	if (!uc || !from) {
		host_seccomp_kill(space);
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
			system_call(regs, event, (uint64_t)info.si_call_addr, info.si_arch);
		break;
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
		/* Ignore signals that another process on the host has sent. */
		if (info.si_code > 0)
			exception(regs, event, &uc->uc_mcontext, signo, info.si_code,
				  (uint64_t)info.si_addr);
		break;
	}
}

bool host_seccomp_code_ran(struct seccomp_space *space)
{
	const struct stub_mailbox *mailbox = space->mailbox;
	const struct ucontext *uc;

	switch (__atomic_load_n(&mailbox->stop, __ATOMIC_RELAXED)) {
	case STUB_STOP_CALL:
		return true;
	case STUB_STOP_SIGNAL:
		uc = signal_stack_at(space, __atomic_load_n(&mailbox->frame, __ATOMIC_RELAXED),
				     sizeof(*uc));
		return !uc || !in_stub(__atomic_load_n(&uc->uc_mcontext.rip, __ATOMIC_RELAXED));
	}
	return false;
}

static void call_stop(struct seccomp_space *space, struct host_regs *regs,
		      struct guest_event *event)
{
	memcpy(regs, space->mailbox->regs, sizeof(*regs));
	regs_complete(space, regs);
	space->frame = 0;
	space->fp_load = false;
	space->fp_saved = space->space.data->save_fp;
	*event = (struct guest_event) { .stop = GUEST_SYSCALL };
}

static void unused_stop(struct seccomp_space *space, struct guest_event *event)
{
	uint64_t frame = __atomic_load_n(&space->mailbox->frame, __ATOMIC_RELAXED);

	event->stop = GUEST_INTERRUPT;
	if (signal_stack_at(space, frame, sizeof(struct ucontext))) {
		space->frame = frame;
		space->fp_load = false;
	}
}

bool host_seccomp_stopped(struct seccomp_space *space, struct host_regs *regs,
			  struct guest_event *event)
{
	switch (__atomic_load_n(&space->mailbox->stop, __ATOMIC_RELAXED)) {
	case STUB_STOP_SIGNAL:
		signal_stop(space, regs, event);
		return true;
	case STUB_STOP_CALL:
		call_stop(space, regs, event);
		return true;
	case STUB_STOP_UNUSED:
		unused_stop(space, event);
		return false;
	default:
		/* fp_load stays set: loading the FP state twice does no harm. */
		event->stop = GUEST_INTERRUPT;
		return false;
	}
}
