/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_x86.h - enter the host kernel from x86-64 code
 *
 * The only assembler code of lx/; lx_call.h includes this file. A system call takes its number in
 * rax and its arguments in rdi, rsi, rdx, r10, r8, r9. The host overwrites rcx and r11, and may
 * read or write all memory that the arguments point to.
 */
#ifndef UM_LX_X86_H
#define UM_LX_X86_H

#include <um/types.h>
#include <asm/unistd.h>

#define LX_CLOBBERS "rcx", "r11", "memory"

static inline long lx_syscall0(long nr)
{
	long ret;

	asm volatile("syscall" : "=a" (ret) : "0" (nr) : LX_CLOBBERS);
	return ret;
}

static inline long lx_syscall1(long nr, long a)
{
	long ret;

	asm volatile("syscall" : "=a" (ret) : "0" (nr), "D" (a) : LX_CLOBBERS);
	return ret;
}

static inline long lx_syscall2(long nr, long a, long b)
{
	long ret;

	asm volatile("syscall" : "=a" (ret) : "0" (nr), "D" (a), "S" (b) : LX_CLOBBERS);
	return ret;
}

static inline long lx_syscall3(long nr, long a, long b, long c)
{
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (nr), "D" (a), "S" (b), "d" (c) : LX_CLOBBERS);
	return ret;
}

static inline long lx_syscall4(long nr, long a, long b, long c, long d)
{
	register long r10 asm("r10") = d;
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (nr), "D" (a), "S" (b), "d" (c), "r" (r10) : LX_CLOBBERS);
	return ret;
}

static inline long lx_syscall5(long nr, long a, long b, long c, long d, long e)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = e;
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8)
		     : LX_CLOBBERS);
	return ret;
}

static inline long lx_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = e;
	register long r9 asm("r9") = f;
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8), "r" (r9)
		     : LX_CLOBBERS);
	return ret;
}

/*
 * lx_clone_thread - start a thread that runs @fn(@arg) on the stack below @stack_top and then exits
 * with the result. @flags are those of clone(2); without CLONE_VM the child gets a copy of the
 * stack as usual. The child starts with rbp 0, which ends walks along the frame pointers. Returns
 * the thread id.
 */
static inline long lx_clone_thread(int (*fn)(void *arg), void *arg, void *stack_top,
				   unsigned long flags)
{
	uintptr_t *sp = (uintptr_t *)((uintptr_t)stack_top & ~15UL);
	register long r10 asm("r10") = 0;
	register long r8 asm("r8") = 0;
	long ret;

	*--sp = (uintptr_t)arg;
	*--sp = (uintptr_t)fn;
	asm volatile("syscall\n\t"
		     "test %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "xor %%ebp, %%ebp\n\t"
		     "pop %%rax\n\t"
		     "pop %%rdi\n\t"
		     "call *%%rax\n\t"
		     "mov %%eax, %%edi\n\t"
		     "mov %[exit], %%eax\n\t"
		     "syscall\n\t"
		     "ud2\n"
		     "1:"
		     : "=a" (ret)
		     : "0" ((long)__NR_clone), "D" (flags), "S" (sp), "d" (0L),
		       "r" (r10), "r" (r8), [exit] "i" (__NR_exit)
		     : "cc", LX_CLOBBERS);
	return ret;
}

/* LX_DEFINE_RESTORER - define a function for lx_sigaction.restorer, which ends a signal handler. */
#define LX_DEFINE_RESTORER(name)				\
	void name(void);					\
	asm(".pushsection .text, \"ax\", @progbits\n"		\
	    ".type " #name ", @function\n"			\
	    #name ":\n\t"					\
	    "mov $15, %eax\n\t" /* __NR_rt_sigreturn */		\
	    "syscall\n\t"					\
	    "ud2\n"						\
	    ".size " #name ", . - " #name "\n"			\
	    ".popsection")

_Static_assert(__NR_rt_sigreturn == 15, "LX_DEFINE_RESTORER spells out the number");

#endif /* UM_LX_X86_H */
