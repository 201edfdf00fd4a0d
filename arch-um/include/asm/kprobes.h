/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kprobes.h - define types for probes in kernel functions (kernel/debug/kprobes.c)
 */
#ifndef _ASM_UM_KPROBES_H
#define _ASM_UM_KPROBES_H

#include <asm-generic/kprobes.h>

/* The one-byte instruction for breakpoints of probes and of debuggers (kernel/debug/oops.c). */
enum { UM_INT3 = 0xcc };

#ifdef CONFIG_KPROBES
#include <linux/types.h>

struct kprobe;
struct pt_regs;

typedef u8 kprobe_opcode_t;

/* Empty: the original instruction runs in place, so there is no copy of it. */
struct arch_specific_insn {};
#define flush_insn_slot(probe)		do { } while (0)
#define MAX_INSN_SIZE			15
#define kretprobe_blacklist_size	0

#define KPROBE_STEPS_MAX		4

/* The probes being stepped over: the first one, and those that its handlers hit. */
struct kprobe_ctlblk {
	unsigned long kprobe_status;	/* used by generic code only */
	unsigned int nr_steps;
	struct kprobe *steps[KPROBE_STEPS_MAX];
};

void arch_remove_kprobe(struct kprobe *probe);
bool kprobe_trap(struct pt_regs *regs, int code);

/* If the stepped instruction faults, the fault is handled as usual; the trap flag stays set. */
static inline int kprobe_fault_handler(struct pt_regs *regs, int trap)
{
	return 0;
}
#endif

#endif /* _ASM_UM_KPROBES_H */
