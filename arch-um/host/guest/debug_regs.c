// SPDX-License-Identifier: GPL-2.0-only
/*
 * debug_regs.c - read and write the debug registers of a host thread through ptrace
 *
 * Called by engine_seccomp.c and engine_ptrace.c on the machine's thread in the kernel process.
 */
#include "guest/debug_regs.h"
#include <linux/ptrace.h>
#include "lx/lx_process.h"

/* Offset of the debug registers in struct user (asm/user_64.h, which uapi does not export). */
#define USER_DEBUGREG	848
#define DEBUG_STATUS	6
#define DEBUG_CONTROL	7

int host_debug_attach(int tid)
{
	int error, status;

	error = lx_ptrace(PTRACE_SEIZE, tid, 0, NULL);
	if (error)
		return error;
	error = lx_ptrace(PTRACE_INTERRUPT, tid, 0, NULL);
	if (!error)
		error = LX_RETRY(lx_wait4(tid, &status, __WALL, NULL));
	return error < 0 ? error : 0;
}

void host_debug_detach(int tid)
{
	lx_ptrace(PTRACE_DETACH, tid, 0, NULL);
}

static int poke(int tid, unsigned int nr, uint64_t value)
{
	return lx_ptrace(PTRACE_POKEUSR, tid, USER_DEBUGREG + nr * 8, (void *)value);
}

int host_debug_load(int tid, const struct host_debug *debug)
{
	int error = poke(tid, DEBUG_CONTROL, 0);
	unsigned int i;

	for (i = 0; !error && i < 4; i++)
		error = poke(tid, i, debug->addr[i]);
	return error ? error : poke(tid, DEBUG_CONTROL, debug->control);
}

uint64_t host_debug_status(int tid)
{
	uint64_t status = 0;

	lx_ptrace(PTRACE_PEEKUSR, tid, USER_DEBUGREG + DEBUG_STATUS * 8, &status);
	return status;
}
