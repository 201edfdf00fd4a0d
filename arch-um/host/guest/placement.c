// SPDX-License-Identifier: GPL-2.0-only
/*
 * placement.c - choose the host processors of the machine and its spaces
 *
 * A hand-over with sleep and wake costs five to ten times as much between two processors as on one
 * (measured: 50 us against 5 to 10 us). So the machine's thread keeps to one processor while the
 * machine is busy, and each space follows before it runs. While the machine is idle, the host may
 * choose another processor. The seccomp engine may move guest threads to a second processor and
 * spin (handover.c).
 *
 * Called by the engines and idle.c on the machine's thread in the kernel process.
 */
#include "guest/placement.h"
#include <um/host.h>
#include "lx/lx_thread.h"

#define CPU_WORDS		16
#define RELEASE_INTERVAL	500000000ULL	/* ns */

struct cpu_mask {
	unsigned long words[CPU_WORDS];
};

static struct cpu_mask allowed;
static int mask_size;			/* of the host's masks, in bytes; 0: one processor only */
static unsigned int machine_cpu, guest_cpu;
static bool guests_apart;
static uint64_t taken_at;		/* when the machine last began to keep to machine_cpu */
static bool released = true;		/* the host may choose another processor now */

static bool may_use(unsigned int cpu)
{
	return cpu < mask_size * 8 && allowed.words[cpu / 64] & 1UL << (cpu % 64);
}

/* Restrict thread @tid (0: this thread) to @cpu. */
static void keep_to(int tid, unsigned int cpu)
{
	struct cpu_mask mask = {};

	mask.words[cpu / 64] = 1UL << (cpu % 64);
	lx_sched_setaffinity(tid, mask_size, mask.words);
}

static unsigned int other_cpu(void)
{
	unsigned int cpu = machine_cpu;

	do
		cpu = (cpu + 1) % (mask_size * 8);
	while (!may_use(cpu));
	return cpu;
}

static void guest_cpu_choose(void)
{
	guest_cpu = guests_apart ? other_cpu() : machine_cpu;
}

void host_placement_take(void)
{
	unsigned int cpu;

	if (!mask_size || !released || lx_getcpu(&cpu, NULL) || !may_use(cpu))
		return;
	released = false;
	taken_at = host_time_now();
	keep_to(0, cpu);
	machine_cpu = cpu;
	guest_cpu_choose();
}

/*
 * Does nothing for RELEASE_INTERVAL after host_placement_take(): an idle machine often wakes up for
 * a moment, and would spend that moment on these system calls.
 */
void host_placement_release(void)
{
	if (!mask_size || host_time_now() - taken_at < RELEASE_INTERVAL)
		return;
	released = true;
	lx_sched_setaffinity(0, mask_size, allowed.words);
}

void host_placement_init(void)
{
	int size = lx_sched_getaffinity(0, sizeof(allowed), allowed.words);
	unsigned int i, nr = 0;
	unsigned long word;

	for (i = 0; size > 0 && i < size / sizeof(long); i++)
		for (word = allowed.words[i]; word; word &= word - 1)
			nr++;
	if (nr > 1)
		mask_size = size;
	host_placement_take();
}

bool host_placement_guests(bool apart)
{
	if (!mask_size)
		return false;
	guests_apart = apart;
	guest_cpu_choose();
	return true;
}

/* Restrict @tid to @cpu, unless *@known (a processor's number plus 1) says that it is there. */
static void follow(int tid, unsigned int cpu, unsigned int *known)
{
	if (!mask_size || *known == cpu + 1)
		return;
	keep_to(tid, cpu);
	*known = cpu + 1;
}

void host_placement_follow(int tid, unsigned int *known)
{
	follow(tid, machine_cpu, known);
}

void host_placement_follow_guest(int tid, bool beside, unsigned int *known)
{
	follow(tid, beside ? machine_cpu : guest_cpu, known);
}
