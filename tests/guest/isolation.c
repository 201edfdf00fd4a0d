// SPDX-License-Identifier: GPL-2.0-only
/*
 * isolation.c - test that guest code reaches nothing of the host through its address space
 *
 * Each address outside the program's own mappings must fault. The only exception is the stub at
 * the top (um/layout.h), of which only the mailbox of the seccomp engine can be written.
 * t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <sys/resource.h>

#include "attack.h"

#define TOP_END 0x7ffffffff000ul

/* This program's mappings, as /proc/self/maps in the guest shows them. */
static struct { unsigned long start, end; } area[4096];
static int nr_areas;

static void learn_areas(void)
{
	char line[512];
	struct rlimit limit;
	FILE *file = fopen("/proc/self/maps", "r");

	nr_areas = 0;
	while (file && fgets(line, sizeof(line), file) && nr_areas < 4096) {
		sscanf(line, "%lx-%lx", &area[nr_areas].start, &area[nr_areas].end);
		/* The kernel extends a stack to any touched address within its limit. */
		if (strstr(line, "[stack]") && !getrlimit(RLIMIT_STACK, &limit) &&
		    limit.rlim_cur < area[nr_areas].end)
			area[nr_areas].start = area[nr_areas].end - limit.rlim_cur;
		nr_areas++;
	}
	if (file)
		fclose(file);
}

static int own(unsigned long address)
{
	for (int i = 0; i < nr_areas; i++)
		if (address >= area[i].start && address < area[i].end)
			return 1;
	return 0;
}

/* Tells whether @at is among the thunks of system calls (host/guest/site_jumps.c). */
static int is_window(unsigned long at)
{
	return at - UM_SITES < UM_SITES_SIZE && attack_has_mailbox();
}

static long foreign(unsigned long start, unsigned long end, unsigned long step)
{
	long found = 0;

	for (unsigned long at = start; at < end; at += step) {
		if (own(at) || !attack_can_read(at) || is_window(at))
			continue;
		if (found++ < 5)
			diag("%#lx can be read", at);
	}
	return found;
}

static void probes(void)
{
	learn_areas();
	is(foreign(0, 0x80000000, 65536), 0,
	   "nothing can be read below 2 GiB, where the kernel process has its image");
	is(foreign(0x80000000, 0x500000000, 1ul << 21), 0,
	   "nothing can be read above it, where the kernel process has the RAM");
	is(foreign(0, UM_TASK_SIZE, 3ul << 30), 0,
	   "nothing can be read anywhere else, in steps of 3 GiB");
	is(foreign(0x100000000000, 0x100000100000, 4096), 0,
	   "nothing can be read in the kernel's vmalloc area");
	is(foreign(0x7fff00000000, UM_TASK_SIZE, 1ul << 16), 0,
	   "nothing can be read around the stack");
}

static int is_mailbox(unsigned long at)
{
	return at >= UM_STUB_MAILBOX && at < UM_STUB_MAILBOX + UM_STUB_MAILBOX_SIZE &&
	       attack_has_mailbox();
}

static int top_writable(void)
{
	int found = 0;

	for (unsigned long at = UM_TASK_SIZE; at < TOP_END; at += 4096)
		if (!own(at) && !is_mailbox(at) && attack_can_write(at) && found++ < 5)
			diag("%#lx can be written", at);
	return found;
}

/* Counts executable pages of the stub's area outside the stub's code. */
static int top_executable(void)
{
	static volatile unsigned long at;
	static volatile int found;

	for (at = UM_TASK_SIZE; at < TOP_END; at += 4096) {
		if (own(at) || at == UM_STUB_CODE || !attack_can_read(at))
			continue;
		/* The page cannot be executed if the fault has the address of the jump itself. */
		ATTACK(((void (*)(void))at)());
		if (!(attack_signo == SIGSEGV && attack_addr == (void *)at) && found++ < 5)
			diag("%#lx runs", at);
	}
	return found;
}

int main(void)
{
	attack_handlers();
	if (!in_guest()) {
		skip("guest code reaches nothing of the host", "not in a guest");
		return tap_done();
	}
	probes();
	is(top_writable(), 0, "only the mailbox of the stub can be written");
	ok(!attack_can_write(UM_SITES) && !attack_can_write(UM_SITES + UM_SITES_SIZE - 8),
	   "the thunks of system calls cannot be written");
	is(top_executable(), 0, "only the code of the stub can be executed");
	ok(attack_machine_lives(), "the machine survives");
	return tap_done();
}
