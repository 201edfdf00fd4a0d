/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * upcall.h - declare the contract: calls and variables by which the host side reaches the kernel
 *
 * Implemented in arch-um/kernel/, used by arch-um/host/ on the machine's thread.
 * host.h declares the calls in the other direction.
 */
#ifndef UM_UPCALL_H
#define UM_UPCALL_H

#include <um/types.h>

struct host_regs;

/*
 * Interrupt state, shared with the signal handlers (handlers.c). A handler that finds um_irqs_on 0
 * only sets the bit of its event in um_irqs_pending.
 */
enum um_event {
	UM_EVENT_TIMER = 1,
	UM_EVENT_POLL = 2,
	UM_EVENT_WORKER = 4,
	UM_EVENT_WINCH = 8,
	UM_EVENT_TERMINATE = 16,	/* SIGTERM, SIGHUP: shut down cleanly */
	UM_EVENT_INTERRUPT = 32,	/* SIGINT: Ctrl-C at a terminal that is not raw */
};
extern volatile int um_irqs_on;
extern volatile unsigned int um_irqs_pending;

/* Command line and facts about the host; filled by boot.c before um_start(). */
struct um_boot {
	int argc;
	char **argv;
	char **envp;
	uint64_t image_end;		/* first address after the kernel image */
	uint64_t host_memory_size;	/* RAM of the host; 0: unknown */
	uint64_t host_hwcap, host_hwcap2;	/* AT_HWCAP, AT_HWCAP2 */
	uint64_t minsigstksz;		/* AT_MINSIGSTKSZ */
	uint8_t random[16];		/* AT_RANDOM */
};

/* um_start - run the first kernel code, on the boot stack. Never returns. */
void um_start(struct um_boot *boot) __attribute__((noreturn));

/*
 * um_irq_dispatch - handle all pending events; @regs are the interrupted registers. Interrupts off.
 */
void um_irq_dispatch(struct host_regs *regs);

/* um_poll_ready - report that the descriptor registered with @cookie is ready. Interrupts off. */
void um_poll_ready(uint64_t cookie);

/*
 * um_kernel_fault - handle an exception that kernel code raised at @regs. Returns true if execution
 * can continue at *@regs, which may have changed. Interrupts off, on the stack for exceptions.
 */
bool um_kernel_fault(struct host_regs *regs, int signo, int code, uint64_t addr,
		     bool write);

#endif /* UM_UPCALL_H */
