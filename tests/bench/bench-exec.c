// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-exec.c - exit at once: the program that the row fork+exec of bench-guest.c starts
 *
 * It has no C library, so that the row measures the kernel and not the start of a libc. It runs on
 * the host and in guests.
 */
#include <sys/syscall.h>

void _start(void)
{
	for (;;)
		asm volatile("syscall" : : "a"(SYS_exit_group), "D"(0) : "rcx", "r11", "memory");
}
