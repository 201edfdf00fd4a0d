// SPDX-License-Identifier: GPL-2.0-only
/*
 * kprobes.c - place breakpoints in kernel functions, for tracing
 *
 * The generic kprobes code calls arch_*() in task context. oops.c calls kprobe_trap() from the
 * host's exception handler, with interrupts off.
 *
 * Theory of operation
 *
 * A probe replaces the first byte of a function with int3. The signal that int3 raises on the host
 * reaches kprobe_trap() through um_kernel_fault(), and the probe's handlers see the registers. The
 * original instruction then runs in place: remove the int3, set the trap flag, and put the int3
 * back in the trap that follows. Other architectures execute a copy of the instruction, because
 * another processor could run the function at the same time. This machine has one processor, and
 * the host side holds interrupts back until the step is done (host/process/handlers.c). If a
 * handler hits a probe, that probe is stepped over in the same way, but its handlers do not run
 * (nmissed).
 *
 * A return probe replaces the return address with that of __kretprobe_trampoline, which is another
 * int3.
 *
 * Limits: only the first instruction of a function can be probed, because nothing here knows where
 * other instructions start. The host side cannot be probed, because it handles the signals and also
 * runs on other threads.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <asm/sections.h>
#include <um/host.h>

#define INT3_SIZE	1

DEFINE_PER_CPU(struct kprobe *, current_kprobe);
DEFINE_PER_CPU(struct kprobe_ctlblk, kprobe_ctlblk);

extern char um_host_text_start[], um_host_text_end[], um_stub_start[], um_stub_end[];

asm(".pushsection .kprobes.text, \"ax\"\n"
    ".globl __kretprobe_trampoline\n"
    ".type __kretprobe_trampoline, @function\n"
    "	nop\n"			/* without it a backtrace would name the previous function */
    "__kretprobe_trampoline:\n"
    "	int3\n"
    "	ud2\n"
    ".size __kretprobe_trampoline, . - __kretprobe_trampoline\n"
    ".popsection\n");

static bool __kprobes within(unsigned long addr, const char *start, const char *end)
{
	return addr >= (unsigned long)start && addr < (unsigned long)end;
}

bool arch_within_kprobe_blacklist(unsigned long addr)
{
	return within(addr, __kprobes_text_start, __kprobes_text_end) ||
	       within(addr, um_host_text_start, um_host_text_end) ||
	       within(addr, um_stub_start, um_stub_end);
}

/* False for instructions that store or change the trap flag, or that the kernel never uses. */
static bool steppable(const u8 *code)
{
	switch (code[0]) {
	case 0x9c: case 0x9d:		/* pushf, popf */
	case 0xcc: case 0xcd: case 0xcf: /* int3, int, iret */
	case 0xf4:			/* hlt */
		return false;
	case 0x0f:
		return code[1] != 0x05;	/* syscall */
	}
	return true;
}

int arch_prepare_kprobe(struct kprobe *probe)
{
	unsigned long offset;

	if (!kallsyms_lookup_size_offset((unsigned long)probe->addr, NULL, &offset) || offset)
		return -EILSEQ;
	if (!steppable(probe->addr))
		return -EINVAL;
	probe->opcode = *probe->addr;
	return 0;
}

static void __kprobes text_put(u8 *at, u8 byte)
{
	if (!within((unsigned long)at, _stext, _etext))
		*at = byte;		/* modules are in writable memory */
	else if (host_text_put(at, byte))
		panic("the host does not let the kernel change its code");
}

void __kprobes arch_arm_kprobe(struct kprobe *probe)
{
	text_put(probe->addr, UM_INT3);
}

void __kprobes arch_disarm_kprobe(struct kprobe *probe)
{
	text_put(probe->addr, probe->opcode);
}

void arch_remove_kprobe(struct kprobe *probe)
{
}

static void __kprobes step_start(struct kprobe_ctlblk *block, struct kprobe *probe,
				 struct pt_regs *regs)
{
	if (block->nr_steps == KPROBE_STEPS_MAX)
		panic("kprobes: too many nested probes, the last at %pS", probe->addr);
	block->steps[block->nr_steps++] = probe;
	arch_disarm_kprobe(probe);
	regs->flags |= X86_EFLAGS_TF;
}

static bool __kprobes step_end(struct kprobe_ctlblk *block, struct pt_regs *regs)
{
	struct kprobe *probe;

	if (!block->nr_steps)
		return false;
	probe = block->steps[--block->nr_steps];
	arch_arm_kprobe(probe);
	regs->flags &= ~X86_EFLAGS_TF;
	/* The handlers of a missed probe do not run. */
	if (probe == kprobe_running()) {
		if (probe->post_handler)
			probe->post_handler(probe, regs, 0);
		reset_current_kprobe();
	}
	return true;
}

bool __kprobes kprobe_trap(struct pt_regs *regs, int code)
{
	struct kprobe_ctlblk *block = get_kprobe_ctlblk();
	unsigned long addr = regs->ip - INT3_SIZE;
	struct kprobe *probe;
	bool moved;

	if (code == TRAP_TRACE)
		return step_end(block, regs);
	if (addr == (unsigned long)__kretprobe_trampoline) {
		preempt_disable();
		/* sp as arch_prepare_kretprobe() saw it: the return has popped a word. */
		regs->ip = __kretprobe_trampoline_handler(regs, (void *)(regs->sp - sizeof(long)));
		preempt_enable_no_resched();
		return true;
	}
	probe = get_kprobe((void *)addr);
	if (!probe)
		return false;
	regs->ip = addr;
	if (kprobe_running()) {
		kprobes_inc_nmissed_count(probe);
		step_start(block, probe, regs);
		return true;
	}
	__this_cpu_write(current_kprobe, probe);
	preempt_disable();
	moved = probe->pre_handler && probe->pre_handler(probe, regs);
	preempt_enable_no_resched();
	if (moved)
		reset_current_kprobe();
	else
		step_start(block, probe, regs);
	return true;
}

void arch_prepare_kretprobe(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	unsigned long *place = (unsigned long *)regs->sp;

	instance->ret_addr = (kprobe_opcode_t *)*place;
	instance->fp = place;
	*place = (unsigned long)__kretprobe_trampoline;
}
NOKPROBE_SYMBOL(arch_prepare_kretprobe);

int arch_trampoline_kprobe(struct kprobe *probe)
{
	return 0;
}

int __init arch_init_kprobes(void)
{
	return 0;
}
