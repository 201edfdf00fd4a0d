// SPDX-License-Identifier: GPL-2.0-only
/*
 * oops.c - handle exceptions of kernel code: fix the cause, or report an oops
 *
 * The host's exception handlers call um_kernel_fault() on their own stack, with interrupts off. If
 * the cause can be fixed (a vmalloc mapping, the exception table, a kprobe, a WARN, a trap that a
 * debugger left), the interrupted code continues. Anything else is an oops, which may end in
 * schedule() and so must run on the task's stack: the interrupted context continues there in
 * um_oops_entry(). doc/debugging.md gives the wider picture.
 */
#include <linux/bug.h>
#include <linux/extable.h>
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <asm/extable.h>
#include <asm/um_irq.h>
#include <asm/um_switch.h>
#include <asm/um_vmap.h>
#include <um/host.h>
#include <um/upcall.h>

#define UD2_SIZE 2

struct oops_info {
	struct pt_regs regs;
	int signo, code;
	unsigned long addr;
	bool write;
};

static const char *oops_title(const struct oops_info *info)
{
	switch (info->signo) {
	case SIGSEGV:
		return info->write ? "unable to write kernel address" :
				     "unable to read kernel address";
	case SIGBUS:
		return "the host has no memory for the page at";
	case SIGILL:
		return "invalid instruction";
	case SIGFPE:
		return "divide error";
	default:
		return "unexpected signal";
	}
}

/* Called by um_oops_entry() (x86/switch.S) on the task's stack. */
static void __noreturn oops_end(struct oops_info *info)
{
	static int count;

	console_verbose();
	bust_spinlocks(1);
	pr_emerg("Oops: %s %016lx (signal %d, code %d) [#%d]\n", oops_title(info), info->addr,
		 info->signo, info->code, ++count);
	show_regs(&info->regs);
	bust_spinlocks(0);
	add_taint(TAINT_DIE, LOCKDEP_NOW_UNRELIABLE);
	if (panic_on_oops || in_interrupt())
		panic("the kernel cannot go on after this oops%s",
		      in_interrupt() ? ", it hit an interrupt" : "");
	make_task_dead(SIGSEGV);
}

/*
 * A debugger that has just detached may leave one trap behind: for a completed step, or for a
 * breakpoint that it has already removed. In the second case, go back to the original instruction.
 */
static bool debugger_left(struct pt_regs *regs, int code)
{
	if (code == TRAP_TRACE || code == TRAP_HWBKPT)
		return true;
	if (code != SI_KERNEL || !__kernel_text_address(regs->ip - 1) ||
	    *(u8 *)(regs->ip - 1) == UM_INT3)
		return false;
	regs->ip--;
	return true;
}

static bool warned(struct pt_regs *regs)
{
	bool on = irq_lockdep_off();
	bool warning = report_bug(regs->ip, regs) == BUG_TRAP_TYPE_WARN;

	irq_lockdep_on(on);
	return warning;
}

/* With CONFIG_VMAP_STACK the page below a stack is not mapped, so an overflow faults there. */
static bool stack_guard_hit(unsigned long stack, unsigned long addr)
{
	return IS_ENABLED(CONFIG_VMAP_STACK) && addr < stack && addr >= stack - PAGE_SIZE;
}

bool um_kernel_fault(struct host_regs *host_regs, int signo, int code, uint64_t addr, bool write)
{
	struct pt_regs *regs = (struct pt_regs *)host_regs;
	unsigned long stack = (unsigned long)current->stack;
	struct oops_info *info;

	if (signo == SIGSEGV && vmap_fault(addr))
		return true;
	if ((signo == SIGSEGV || signo == SIGBUS) && extable_fixup(regs, addr))
		return true;
#ifdef CONFIG_KPROBES
	if (signo == SIGTRAP && kprobe_trap(regs, code))
		return true;
#endif
	if (signo == SIGTRAP && debugger_left(regs, code))
		return true;
	if (signo == SIGILL && warned(regs)) {
		regs->ip += UD2_SIZE;
		return true;
	}

	/* Put the report below the interrupted frame, unless the stack has overflowed. */
	info = (void *)round_down(regs->sp - 256 - sizeof(*info), 16);
	if ((unsigned long)info - stack >= THREAD_SIZE || stack_guard_hit(stack, addr)) {
		static struct oops_info overflow;

		overflow = (struct oops_info) { *regs, signo, code, addr, write };
		pr_emerg("kernel stack overflow of %s[%d]: sp %016lx, stack %016lx\n",
			 current->comm, task_pid_nr(current), regs->sp, stack);
		show_regs(&overflow.regs);
		panic("kernel stack overflow");
	}
	*info = (struct oops_info) { *regs, signo, code, addr, write };
	regs->ax = (unsigned long)oops_end;
	regs->di = (unsigned long)info;
	regs->sp = (unsigned long)info;
	regs->ip = (unsigned long)um_oops_entry;
	return true;
}
NOKPROBE_SYMBOL(um_kernel_fault);

int is_valid_bugaddr(unsigned long addr)
{
	return addr >= PAGE_OFFSET || __kernel_text_address(addr);
}
