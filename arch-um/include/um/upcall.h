/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * upcall.h - the few calls and variables through which the host side reaches the kernel
 *
 * Implemented in arch-um/kernel/ and arch-um/mm/, used by arch-um/host/.
 */
#ifndef UM_UPCALL_H
#define UM_UPCALL_H

#include <um/types.h>

struct host_regs;

/*
 * Interrupt state, shared with the signal handlers (handlers.c). A handler that finds
 * um_irqs_on false only notes the event in um_irqs_pending.
 */
enum um_event {
	UM_EVENT_TIMER = 1,
	UM_EVENT_POLL = 2,
	UM_EVENT_WORKER = 4,
	UM_EVENT_WINCH = 8,
	UM_EVENT_TERMINATE = 16,	/* SIGTERM, SIGHUP: orderly shutdown */
	UM_EVENT_INTERRUPT = 32,	/* SIGINT: Ctrl-C typed at a terminal that is not raw */
};
extern volatile int um_irqs_on;
extern volatile unsigned int um_irqs_pending;

/* What the command line and the host said, filled by boot.c before um_start(). */
struct um_boot {
	int argc;
	char **argv;
	char **envp;
	uint64_t image_end;		/* first address behind the kernel image */
	uint64_t host_memory_size;	/* bytes of RAM of the host, 0 if unknown */
	uint64_t host_hwcap, host_hwcap2;
	uint64_t minsigstksz;
	uint8_t random[16];		/* AT_RANDOM */
};

/* um_start - first kernel code, on the boot stack. Parses the command line, then never returns. */
void um_start(struct um_boot *boot) __attribute__((noreturn));

/* um_irq_dispatch - handle everything pending; @regs: interrupted kernel registers. Interrupts off. */
void um_irq_dispatch(struct host_regs *regs);

/* um_poll_ready - descriptor registered with @cookie has become ready. Interrupts off. */
void um_poll_ready(uint64_t cookie);

/*
 * um_kernel_fault - the kernel itself took a signal at @regs. Returns true when *regs was
 * changed so that execution can go on there. Interrupts off, on the alternate stack.
 */
bool um_kernel_fault(struct host_regs *regs, int signo, int code, uint64_t addr,
		     bool write);

#endif /* UM_UPCALL_H */
