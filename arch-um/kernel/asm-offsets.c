// SPDX-License-Identifier: GPL-2.0-only
/*
 * asm-offsets.c - define structure offsets for assembler code
 *
 * Kbuild compiles this file to assembler only, and generates <generated/asm-offsets.h> from the
 * assembler code.
 */
#include <linux/kbuild.h>
#include <linux/sched.h>

int main(void)
{
	OFFSET(TASK_THREAD_SP, task_struct, thread.sp);
	OFFSET(PT_REGS_IP, pt_regs, ip);
	OFFSET(PT_REGS_SP, pt_regs, sp);
	DEFINE(PT_REGS_SIZE, sizeof(struct pt_regs));
	return 0;
}
