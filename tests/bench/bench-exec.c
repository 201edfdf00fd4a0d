// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-exec.c - the smallest program there is: what fork+exec measures starts this
 *
 * Without a C library, so that the row counts the kernel's work and not a libc's start.
 */
#include <sys/syscall.h>

void _start(void)
{
	for (;;)
		asm volatile("syscall" : : "a"(SYS_exit_group), "D"(0) : "rcx", "r11", "memory");
}
