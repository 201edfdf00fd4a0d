/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_internal.h - calls between the files of arch-um/kernel and arch-um/mm
 */
#ifndef UM_KERNEL_INTERNAL_H
#define UM_KERNEL_INTERNAL_H

#include <linux/init.h>
#include <linux/types.h>

struct guest_event;
struct host_space;
struct mm_struct;
struct pt_regs;
struct task_struct;
struct um_boot;

/* guest.c: the bottom of every guest task's kernel stack; entered with interrupts off. */
void guest_loop(void) __noreturn;

/* syscall.c: a guest made a system call; returns with interrupts off, ready to run it again. */
void syscall_handle(struct pt_regs *regs);

/* irq.c: around what runs with interrupts off because a signal came. */
bool irq_lockdep_off(void);
void irq_lockdep_on(bool on);

/* trap.c, mm/fault.c: interrupts on, may sleep; end in a signal or a repaired mapping. */
void trap_handle(struct pt_regs *regs, const struct guest_event *event);
void fault_handle(struct pt_regs *regs, const struct guest_event *event);

/* mm/access_hint.c: does the instruction at regs->ip look like one that writes memory? */
bool access_hint_writes(const struct pt_regs *regs, unsigned long addr);

/* mm/vmap.c: the kernel touched @addr; true if a page is there now. */
bool vmap_fault(unsigned long addr);

/* mm/mmspace.c: the space of @mm has died; make another one. */
void mmspace_lost(struct mm_struct *mm);
struct host_space *mmspace_renew(struct mm_struct *mm);

/* mm/mirror.c: give the space what its page tables allow around @addr. */
void mirror_fill(struct mm_struct *mm, unsigned long addr);
/* mm/mirror.c: queue what a task with these registers touches first. */
void mirror_start(struct mm_struct *mm, struct pt_regs *regs);

/*
 * fp.c: fp_enter - the space of @context is about to run current. fp_sync - thread.fp is
 * up to date afterwards. fp_changed - thread.fp was written and counts from now on.
 * fp_reset - a new program's state. fp_drop - the registers of the space are lost.
 * fp_check - 0 if the processor takes @fp, -EINVAL otherwise (it is cleaned in place).
 */
struct um_mm_context;
int fp_alloc(struct task_struct *task);
void fp_enter(struct um_mm_context *context);
void fp_sync(struct task_struct *task);
void fp_changed(struct task_struct *task);
void fp_reset(struct task_struct *task);
void fp_drop(struct um_mm_context *context);
void fp_release(struct task_struct *task);

/*
 * ptrace.c: debug_enter - load the debug registers of @task, which is about to run, or those
 * of nobody. debug_clear - it watches nothing any more.
 */
void debug_enter(struct task_struct *task);
void debug_clear(struct task_struct *task);

/* signal.c: -EINVAL for a state that no processor takes; reserved bits of MXCSR are cleared. */
int fp_sanitize(void *fp);

/* x86/switch.S */
struct task_struct *um_switch_stacks(struct task_struct *prev, struct task_struct *next);
void um_ret_from_fork(void);
void um_oops_entry(void);

/* options.c: sort the host's argument list into kernel command line and own options. */
void options_parse(struct um_boot *boot, char *command_line, size_t size);

/* confined_paths.c: what @option=@value names stays writable to this process. */
void confined_paths_allow(const char *option, const char *value);

/* mm/physmem.c: size of RAM from mem=, 0 for the default; makes RAM. */
void physmem_setup(u64 requested_size, const struct um_boot *boot);
extern unsigned long um_image_size;

/* clock.c: clock_setup - time counts from here. clock_idle - host_idle(), and the clock follows. */
void clock_setup(void);
void clock_idle(void);

/* oops.c, kprobes.c: the instruction of a breakpoint, one byte */
#define INT3 0xcc

/* panic_core.c: core=FILE; room for its name */
#define PANIC_CORE_PATH 512

/* reboot.c: signals from outside (enum um_event bits). */
void reboot_signal(unsigned int events);

/* drivers/console.c: 0 if @value is a well-formed conN= value; the terminal may have another size. */
int console_check_option(const char *value);
void console_winch(void);

/* mm/init.c */
void paging_setup(void);

extern struct um_boot *um_boot_info;

#endif /* UM_KERNEL_INTERNAL_H */
