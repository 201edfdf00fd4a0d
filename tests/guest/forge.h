/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * forge.h - forge a stop of guest code in the mailbox of the seccomp engine
 *
 * For programs that attack the kernel through the mailbox. A forged stop claims that the program
 * has made a system call with the registers that the mailbox shows.
 */
#ifndef FORGE_H
#define FORGE_H

#include <sys/syscall.h>

#include "attack.h"

/* Indexes of registers in struct host_regs. */
enum { R_AX = 10, R_DX = 12, R_SI = 13, R_DI = 14, R_ORIG_AX = 15, R_IP = 16, R_CS = 17,
       R_FLAGS = 18, R_SP = 19,
       R_SS = 20, R_FS_BASE = 21, R_GS_BASE = 22, NR_REGS = 27 };

/* Finds the @nth place of @bytes in the stub's code. */
static inline unsigned long forge_find(const void *bytes, size_t size, int nth)
{
	for (unsigned long at = UM_STUB_CODE; at + size <= UM_STUB_CODE + UM_STUB_CODE_SIZE; at++)
		if (!memcmp((void *)at, bytes, size) && nth-- == 0)
			return at;
	return 0;
}

/* The stub waits in a system call that is followed by a short jump back. */
static inline unsigned long forge_find_wait(void)
{
	return forge_find("\x0f\x05\xeb", 3, 0);
}

/* The code that gives the turn away: xor %eax, %eax; xchg %eax, turn. */
static inline unsigned long forge_find_stopped(void)
{
	return forge_find("\x31\xc0\x87\x05", 4, 0);
}

/* The code that loads the signal frame at rdx. */
static inline unsigned long forge_find_continue(void)
{
	return forge_find("\x49\x89\xd0", 3, 0);
}

/* Claims call @nr(@a, @b, @c), which is to return to @landing on a stack of its own. */
static inline void forge_call(void (*landing)(void), long nr, long a, long b, long c)
{
	static char memory[32768] __attribute__((aligned(16)));
	unsigned long fs_base;

	asm volatile("rdfsbase %0" : "=r"(fs_base));
	for (int i = 0; i < NR_REGS; i++)
		BOX->regs[i] = 0;
	BOX->regs[R_AX] = BOX->regs[R_ORIG_AX] = nr;
	BOX->regs[R_DI] = a;
	BOX->regs[R_SI] = b;
	BOX->regs[R_DX] = c;
	BOX->regs[R_IP] = (unsigned long)landing;
	BOX->regs[R_SP] = (unsigned long)memory + sizeof(memory) - 8;
	BOX->regs[R_FS_BASE] = fs_base;
	BOX->regs[R_FLAGS] = 0x202;
	BOX->regs[R_CS] = 0x33;
	BOX->regs[R_SS] = 0x2b;
	BOX->stop = STUB_STOP_CALL;
}

/* Gives the turn to the kernel without waking it, and returns. */
static inline void forge_turn(long turn)
{
	__atomic_store_n(&BOX->turn, turn, __ATOMIC_SEQ_CST);
}

/*
 * Jumps to the stub's code that loads a signal frame, with a frame that returns to the same code:
 * the thread then loops in the stub. Calls @ready(@argument), unless NULL, just before the jump.
 */
static inline void forge_loop(unsigned long stub_continue, void (*ready)(long), long argument)
{
	static unsigned long frame[64] __attribute__((aligned(64)));
	static unsigned char fp[4096] __attribute__((aligned(4096)));
	static char stack[4096] __attribute__((aligned(4096)));

	*(unsigned int *)(fp + 24) = 0x1f80;
	frame[17] = (unsigned long)frame;	/* rdx */
	frame[20] = (unsigned long)stack + sizeof(stack);
	frame[21] = stub_continue;
	frame[22] = 0x202;
	frame[28] = (unsigned long)fp;
	/* Touch the pages now: a fault during the attack would spoil it. */
	stack[sizeof(stack) - 1] = fp[0] = fp[sizeof(fp) - 1] = 0;
	if (ready)
		ready(argument);
	asm volatile("mov %0, %%rsp\n\tjmp *%2"
		     : : "a"(stack + sizeof(stack)), "d"(frame), "c"(stub_continue) : "memory");
}

/* Jumps to @where in the stub, with the registers of the stub's call that waits for a turn. */
static inline void forge_go(unsigned long where)
{
	asm volatile("xor %%r10d, %%r10d\n\tjmp *%0"
		     : : "r"(where), "a"(SYS_futex), "D"(&BOX->guest_sleeps),
			 "S"(0 /* FUTEX_WAIT */), "d"(1) : "r10", "memory");
}

#endif /* FORGE_H */
