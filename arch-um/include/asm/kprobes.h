/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kprobes.h - probes at functions of the kernel, see kernel/kprobes.c
 */
#ifndef _ASM_UM_KPROBES_H
#define _ASM_UM_KPROBES_H

#include <asm-generic/kprobes.h>

#ifdef CONFIG_KPROBES
#include <linux/types.h>

struct kprobe;
struct pt_regs;

typedef u8 kprobe_opcode_t;

/* The instruction runs in its place: there is no copy of it. */
struct arch_specific_insn {};
#define flush_insn_slot(probe)		do { } while (0)
#define MAX_INSN_SIZE			15
#define kretprobe_blacklist_size	0

#define KPROBE_STEPS_MAX		4

/* Probes whose instruction is being stepped over: the outermost, and those hit meanwhile. */
struct kprobe_ctlblk {
	unsigned long kprobe_status;	/* the generic code's; nothing here asks */
	unsigned int nr_steps;
	struct kprobe *steps[KPROBE_STEPS_MAX];
};

void arch_remove_kprobe(struct kprobe *probe);
bool kprobe_trap(struct pt_regs *regs, int code);

/* A stepped instruction that faults is mended as ever: the trap flag stays. */
static inline int kprobe_fault_handler(struct pt_regs *regs, int trap)
{
	return 0;
}
#endif

#endif /* _ASM_UM_KPROBES_H */
