// SPDX-License-Identifier: GPL-2.0-only
/*
 * placement.c - which host processor the machine and its spaces run on
 *
 * A hand-over between two processors costs five times one on the same (measured: 50 us
 * and 10 us), so the machine's thread keeps to one processor while it is busy and each
 * space follows before it runs. Whenever the machine was idle, the host may choose
 * another one. Called in the machine's thread by engine_ptrace.c and timer.c.
 */
#include "engine.h"
#include "libk.h"
#include "lx.h"

#define CPU_WORDS 16

static unsigned long cpus_allowed[CPU_WORDS], cpu_pinned[CPU_WORDS];
static int cpus_size;		/* bytes of the mask that count; 0: one processor only */
static unsigned int cpu_current;
static unsigned int placement_generation = 1;

void host_placement_take(void)
{
	unsigned int cpu;

	if (!cpus_size || lx_getcpu(&cpu, NULL) || cpu >= CPU_WORDS * 64)
		return;
	memset(cpu_pinned, 0, sizeof(cpu_pinned));
	cpu_pinned[cpu / 64] = 1UL << (cpu % 64);
	lx_sched_setaffinity(0, cpus_size, cpu_pinned);
	if (cpu != cpu_current)
		placement_generation++;
	cpu_current = cpu;
}

/* The machine is about to sleep: it may wake where there is room. */
void host_placement_release(void)
{
	if (cpus_size)
		lx_sched_setaffinity(0, cpus_size, cpus_allowed);
}

void host_placement_init(void)
{
	unsigned int i, nr = 0;
	unsigned long word;
	int size = lx_sched_getaffinity(0, sizeof(cpus_allowed), cpus_allowed);

	for (i = 0; size > 0 && i < size / sizeof(long); i++)
		for (word = cpus_allowed[i]; word; word &= word - 1)
			nr++;
	if (nr > 1)
		cpus_size = size;
	host_placement_take();
}

void host_placement_follow(struct host_space *space)
{
	if (!cpus_size || space->placement == placement_generation)
		return;
	lx_sched_setaffinity(space->pid, cpus_size, cpu_pinned);
	space->placement = placement_generation;
}
