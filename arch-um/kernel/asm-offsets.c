// SPDX-License-Identifier: GPL-2.0-only
/*
 * asm-offsets.c - structure offsets for assembler code
 *
 * Only compiled to assembler, from which kbuild generates <generated/asm-offsets.h>.
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
