// SPDX-License-Identifier: GPL-2.0-only
/*
 * handlers.c - handle the signals of the kernel process: turn them into upcalls
 *
 * boot.c installs the handlers, and the host runs them on the machine's thread. host_event_raise()
 * may be called by any thread.
 *
 * Theory of operation
 *
 * Two kinds of signal reach the machine's thread:
 *
 *   events      SIGALRM (timer), SIGIO (descriptors), SIGUSR1 (worker threads), SIGWINCH, SIGTERM,
 *               SIGHUP, SIGINT, SIGCONT. The handler sets the bit of the event. If kernel
 *               interrupts are on, the handler dispatches the event on the interrupted kernel
 *               stack. Otherwise, if guest code runs, the handler stops the guest code, and the
 *               run loop finds the bit. SIGCHLD sets no bit; it goes to the engine.
 *   exceptions  SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE of kernel code. The handler runs on a
 *               separate stack, because the kernel stack itself may be the problem, and the
 *               kernel may correct the registers (um_kernel_fault()).
 *
 * um_irqs_on masks events without a system call. The host blocks events (sa_mask) in two cases:
 * - While an event is handled on an interrupted kernel stack. Softirqs run there with um_irqs_on
 *   set; each further event would take another 4 KB of stack, or 12 KB with softirqs, and a busy
 *   network would overflow the stack.
 * - From an int3 of a kernel probe until the probed instruction has been stepped, because probes
 *   that an interrupt hits in between would be missed.
 * Exceptions are never blocked. Worker threads block all signals, so events reach this thread.
 */
#include "process/handlers.h"
#include <asm/processor-flags.h>
#include <um/host.h>
#include <um/upcall.h>
#include "guest/spaces.h"
#include "io/terminal.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "process/exit.h"
#include "process/timer.h"

#define EXCEPTION_STACK_SIZE	(128 << 10)
#define FAULT_WRITE		2	/* bit of the page fault error code */
#define STOP_GRACE		(5 * 1000000000ULL)
#define STEPS_MAX		8

static char exception_stack[EXCEPTION_STACK_SIZE] __attribute__((aligned(64)));
static int machine_pid, machine_tid;
static lx_sigset event_signals;

LX_DEFINE_RESTORER(host_restorer);

static void regs_from_context(struct host_regs *regs, const struct sigcontext *sc)
{
	*regs = (struct host_regs) {
		.r15 = sc->r15, .r14 = sc->r14, .r13 = sc->r13, .r12 = sc->r12,
		.bp = sc->rbp, .bx = sc->rbx, .r11 = sc->r11, .r10 = sc->r10,
		.r9 = sc->r9, .r8 = sc->r8, .ax = sc->rax, .cx = sc->rcx, .dx = sc->rdx,
		.si = sc->rsi, .di = sc->rdi, .orig_ax = -1, .ip = sc->rip, .cs = sc->cs,
		.flags = sc->eflags, .sp = sc->rsp, .ss = sc->ss,
	};
}

static void regs_to_context(const struct host_regs *regs, struct sigcontext *sc)
{
	sc->r15 = regs->r15, sc->r14 = regs->r14, sc->r13 = regs->r13, sc->r12 = regs->r12;
	sc->rbp = regs->bp, sc->rbx = regs->bx, sc->r11 = regs->r11, sc->r10 = regs->r10;
	sc->r9 = regs->r9, sc->r8 = regs->r8, sc->rax = regs->ax, sc->rcx = regs->cx;
	sc->rdx = regs->dx, sc->rsi = regs->si, sc->rdi = regs->di;
	sc->rip = regs->ip, sc->rsp = regs->sp, sc->eflags = regs->flags;
}

static void event_note(unsigned int events)
{
	__atomic_or_fetch(&um_irqs_pending, events, __ATOMIC_SEQ_CST);
}

/* The bit of an event has been set: dispatch the event now if interrupts are on. */
static void event_deliver(struct ucontext *uc)
{
	struct host_regs regs;

	if (!um_irqs_on) {
		host_timer_place(0, 0);
		host_guest_kick();
		return;
	}
	regs_from_context(&regs, &uc->uc_mcontext);
	host_timer_place(regs.ip, regs.sp);
	um_irqs_on = 0;
	um_irq_dispatch(&regs);
	um_irqs_on = 1;
	/* Another event may have arrived after the dispatch, before interrupts were on again. */
	while (um_irqs_pending) {
		um_irqs_on = 0;
		um_irq_dispatch(&regs);
		um_irqs_on = 1;
	}
}

/*
 * The first request to end goes to the guest, which shuts down cleanly. A second request, after
 * STOP_GRACE, ends the process at once.
 */
static unsigned int end_requested(int signo)
{
	static uint64_t first;
	uint64_t now = host_time_now();

	if (first && now - first > STOP_GRACE)
		host_exit(128 + signo);
	if (!first)
		first = now;
	return signo == SIGINT ? UM_EVENT_INTERRUPT : UM_EVENT_TERMINATE;
}

static void event_handler(int signo, struct siginfo *info, void *context)
{
	switch (signo) {
	case SIGALRM:
		event_note(UM_EVENT_TIMER);
		break;
	case SIGIO:
		event_note(UM_EVENT_POLL);
		break;
	case SIGUSR1:
		break;			/* the bits were set by host_event_raise() */
	case SIGWINCH:
		event_note(UM_EVENT_WINCH);
		break;
	case SIGCHLD:
		host_guest_child_ended();
		return;
	case SIGCONT:
		host_term_resume_all();
		event_note(UM_EVENT_TIMER | UM_EVENT_POLL | UM_EVENT_WINCH);
		break;
	default:
		event_note(end_requested(signo));
	}
	event_deliver(context);
}

void host_event_raise(unsigned int events)
{
	/* If the bits were set already, the signal is already on its way. */
	if (!(__atomic_fetch_or(&um_irqs_pending, events, __ATOMIC_SEQ_CST) & events))
		lx_tgkill(machine_pid, machine_tid, SIGUSR1);
}

/*
 * The kernel has set the trap flag to step one instruction (@stepping), or has cleared the flag.
 * Block events while the flag is set.
 */
static void events_hold(struct ucontext *uc, bool stepping)
{
	static lx_sigset held[STEPS_MAX];
	static unsigned int nr_held;
	lx_sigset *mask = (lx_sigset *)&uc->uc_sigmask;

	if (!stepping) {
		*mask = held[--nr_held];
		return;
	}
	if (nr_held == STEPS_MAX)
		host_fail("the kernel steps while it steps");
	held[nr_held++] = *mask;
	*mask |= event_signals;
}

static void exception_handler(int signo, struct siginfo *info, void *context)
{
	static int depth;
	struct ucontext *uc = context;
	struct sigcontext *sc = &uc->uc_mcontext;
	int irqs_on = um_irqs_on;
	struct host_regs regs;

	/* A process sent this signal: a request to end. */
	if (info->si_code <= 0)
		host_exit(128 + signo);
	if (++depth > 8)
		host_fail("the kernel faults while it handles a fault");
	um_irqs_on = 0;
	regs_from_context(&regs, sc);
	if (!um_kernel_fault(&regs, signo, info->si_code, (uint64_t)info->si_addr,
			     sc->err & FAULT_WRITE))
		host_fail("the kernel took a signal that it cannot handle");
	if ((regs.flags ^ sc->eflags) & X86_EFLAGS_TF)
		events_hold(uc, regs.flags & X86_EFLAGS_TF);
	regs_to_context(&regs, sc);
	depth--;
	um_irqs_on = irqs_on;
}

static void handler_set(int signo, void (*action)(int, struct siginfo *, void *),
			unsigned long flags, lx_sigset mask)
{
	struct lx_sigaction sigaction = {
		.action = action,
		.flags = SA_SIGINFO | SA_RESTART | SA_RESTORER | flags,
		.restorer = host_restorer,
		.mask = mask,
	};

	lx_rt_sigaction(signo, &sigaction, NULL);
}

void host_handlers_init(void)
{
	static const int events[] = { SIGALRM, SIGIO, SIGUSR1, SIGWINCH, SIGTERM, SIGHUP,
				      SIGINT, SIGCONT, SIGCHLD };
	static const int exceptions[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE };
	static const int ignored[] = { SIGPIPE, SIGXFSZ, SIGUSR2, SIGQUIT, SIGTTOU };
	struct lx_sigaction ignore = {
		.handler = LX_SIG_IGN, .flags = SA_RESTORER, .restorer = host_restorer,
	};
	stack_t stack = { .ss_sp = exception_stack, .ss_size = sizeof(exception_stack) };
	const lx_sigset none = 0;
	unsigned int i;

	machine_pid = lx_getpid();
	machine_tid = lx_gettid();
	lx_sigaltstack(&stack, NULL);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		event_signals |= lx_sigbit(events[i]);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		handler_set(events[i], event_handler, 0, event_signals);
	for (i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		handler_set(exceptions[i], exception_handler, SA_ONSTACK | SA_NODEFER,
			    exceptions[i] == SIGTRAP ? event_signals : 0);
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		lx_rt_sigaction(ignored[i], &ignore, NULL);
	lx_rt_sigprocmask(SIG_SETMASK, &none, NULL);
}
