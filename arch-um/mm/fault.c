// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault.c - handle page faults of guest code
 *
 * The run loop (kernel/guest.c) calls fault_handle() in task context with interrupts on. If the
 * page tables allow the access, only the host mapping is missing, and mirror.c queues it. Otherwise
 * generic code makes the page first. doc/memory.md follows a fault from start to end.
 */
#include <asm/um_fault.h>

#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/sched/signal.h>
#include <asm/um_ahead.h>
#include <asm/um_mirror.h>
#include <asm/um_walk.h>
#include <um/host.h>
#include "access_hint.h"

#define TRAP_PAGE_FAULT		14

/* Bits of the page fault error code in signal frames, as the processor defines them. */
enum {
	ERROR_PRESENT = 1,
	ERROR_WRITE = 2,
	ERROR_USER = 4,
	ERROR_FETCH = 16,
};

/* Does the instruction at @regs->ip probably write to @addr? */
static bool instruction_writes(const struct pt_regs *regs, unsigned long addr)
{
	const struct access_hint hint = { .addr = addr, .sp = regs->sp, .di = regs->di };
	u8 code[ACCESS_HINT_SIZE_MAX];
	unsigned int size;
	const u8 *byte;

	for (size = 0; size < ACCESS_HINT_SIZE_MAX; size++) {
		byte = walk_guest_page(current->mm, regs->ip + size, false);
		if (!byte)
			break;
		code[size] = *byte;
	}
	return access_hint_writes(code, size, &hint);
}

/*
 * Returns the kind of access, which the ptrace engine does not learn (enum guest_access). One case
 * is certain: a denied access to a mapped page was a write, or a fetch from a page that is not
 * executable. Otherwise decode the instruction. A wrong guess costs a second fault, which is
 * then the certain case.
 */
static enum guest_access access_kind(const struct pt_regs *regs, const struct guest_event *event)
{
	unsigned long addr = event->addr, next;
	bool at_ip = addr - regs->ip < ACCESS_HINT_SIZE_MAX;
	pte_t *pte;

	if (event->access > GUEST_ACCESS_DENIED)
		return event->access;

	if (event->access == GUEST_ACCESS_DENIED) {
		pte = addr < TASK_SIZE ? walk_pte(current->mm, addr, &next) : NULL;
		if (at_ip && !(pte && (pte_val(*pte) & _PAGE_EXEC)))
			return GUEST_ACCESS_EXEC;
		return GUEST_ACCESS_WRITE;
	}
	/* A fault at ip is the fetch itself: there is no instruction to decode yet. */
	if (addr == regs->ip || (at_ip && offset_in_page(addr) == 0))
		return GUEST_ACCESS_EXEC;
	return instruction_writes(regs, addr) ? GUEST_ACCESS_WRITE : GUEST_ACCESS_READ;
}

static void fault_signal(int signo, int code, unsigned long addr, unsigned long error)
{
	struct thread_struct *thread = &current->thread;

	thread->trap_nr = TRAP_PAGE_FAULT;
	thread->error_code = error | ERROR_USER;
	thread->cr2 = addr;
	force_sig_fault(signo, code, (void __user *)addr);
}

/*
 * Do the page tables allow the access already, so that only the host mapping is missing? Like the
 * page walk of a processor, this marks the page as accessed and dirty.
 */
static bool walk_suffices(unsigned long addr, enum guest_access access)
{
	unsigned long next;
	pte_t *pte;

	if (!walk_guest_page(current->mm, addr, access == GUEST_ACCESS_WRITE))
		return false;
	pte = walk_pte(current->mm, addr, &next);
	return access != GUEST_ACCESS_EXEC || pte_exec(*pte);
}

static bool access_allowed(const struct vm_area_struct *vma, enum guest_access access)
{
	switch (access) {
	case GUEST_ACCESS_WRITE:
		return vma->vm_flags & VM_WRITE;
	case GUEST_ACCESS_EXEC:
		return vma->vm_flags & VM_EXEC;
	default:
		return vma_is_accessible((struct vm_area_struct *)vma);
	}
}

static void fault_failed(vm_fault_t fault, unsigned long addr, unsigned long error)
{
	if (fault & VM_FAULT_OOM)
		pagefault_out_of_memory();
	else if (fault & (VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE))
		fault_signal(SIGBUS, BUS_MCEERR_AR, addr, error);
	else if (fault & VM_FAULT_SIGSEGV)
		fault_signal(SIGSEGV, SEGV_MAPERR, addr, error);
	else
		fault_signal(SIGBUS, BUS_ADRERR, addr, error);
}

void fault_handle(struct pt_regs *regs, const struct guest_event *event)
{
	enum guest_access access = access_kind(regs, event);
	unsigned int flags = FAULT_FLAG_DEFAULT | FAULT_FLAG_USER;
	unsigned long addr = event->addr, error = 0;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	vm_fault_t fault;

	ahead_note(mm, addr, access);
	if (walk_suffices(addr, access)) {
		mirror_fill(mm, addr);
		return;
	}
	perf_sw_event(PERF_COUNT_SW_PAGE_FAULTS, 1, regs, addr);
retry:
	vma = lock_mm_and_find_vma(mm, addr, regs);
	if (!vma) {
		if (access == GUEST_ACCESS_WRITE)
			error = ERROR_WRITE;
		if (access == GUEST_ACCESS_EXEC)
			error = ERROR_FETCH;
		fault_signal(SIGSEGV, SEGV_MAPERR, addr, error);
		return;
	}
	/* A wrong guess must not reject a legal access. */
	if (event->access == GUEST_ACCESS_UNKNOWN && access != GUEST_ACCESS_READ &&
	    !access_allowed(vma, access) && access_allowed(vma, GUEST_ACCESS_READ) &&
	    addr != regs->ip)
		access = GUEST_ACCESS_READ;
	if (access == GUEST_ACCESS_WRITE) {
		flags |= FAULT_FLAG_WRITE;
		error = ERROR_WRITE;
	}
	if (access == GUEST_ACCESS_EXEC) {
		flags |= FAULT_FLAG_INSTRUCTION;
		error = ERROR_FETCH;
	}
	if (!access_allowed(vma, access)) {
		mmap_read_unlock(mm);
		fault_signal(SIGSEGV, SEGV_ACCERR, addr, error | ERROR_PRESENT);
		return;
	}

	fault = handle_mm_fault(vma, addr, flags, regs);
	if (fault_signal_pending(fault, regs))
		return;
	if (!(fault & VM_FAULT_COMPLETED)) {
		if (fault & VM_FAULT_RETRY) {
			flags |= FAULT_FLAG_TRIED;
			goto retry;
		}
		mmap_read_unlock(mm);
	}
	if (fault & VM_FAULT_ERROR)
		fault_failed(fault, addr, error);
	else if (walk_outside_ram(mm, addr))
		fault_failed(VM_FAULT_SIGBUS, addr, error);
	else
		mirror_fill(mm, addr);
}
