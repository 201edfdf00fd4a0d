// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer.c - read the host's clocks and set the machine's timer
 *
 * Called by kernel code (kernel/clock.c, drivers/rtc.c), other files of host/ and the disk workers.
 * host_time_*() may be called by any thread of the kernel process and in signal handlers; the rest
 * is for the machine's thread. The timer raises SIGALRM (handlers.c).
 */
#include "process/timer.h"
#include <linux/elf.h>
#include <um/host.h>
#include "libk.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "lx/lx_time.h"

#define NSEC_PER_SEC 1000000000ULL

typedef int (*clock_gettime_fn)(int clock, struct __kernel_timespec *now);

static clock_gettime_fn vdso_clock_gettime;
static int timer_id = -1;

/*
 * A debugger that stops this process writes the current time here (labs/gdb/gdb_clock.py). The
 * machine's clock then leaves out the time until the process continues, except for HELD_SHOWN:
 * guest programs that ran on meanwhile could read the clock for that long (kernel/clock.c).
 */
volatile uint64_t host_time_stopped;
static volatile uint64_t time_held;
#define HELD_SHOWN	(2 * NSEC_PER_SEC)

/*
 * Theory of operation (stepping)
 *
 * When a debugger steps over an instruction and a signal is pending, the handler runs first, and
 * the debugger tries again. If each attempt takes longer than a period of the timer, the step
 * never succeeds. So when an event interrupts the kernel at the same place as the previous event,
 * the timer is delayed, longer each time. This applies only to machines that a debugger has
 * stopped before, because a loop in the kernel also stays at one place.
 */
#define STEP_GRACE	(100 * 1000000ULL)
#define STEP_SHIFT_MAX	4
static bool debugger_seen;
static unsigned int events_in_place;

void host_timer_place(uint64_t ip, uint64_t sp)
{
	static uint64_t last_ip, last_sp;

	if (debugger_seen && ip && ip == last_ip && sp == last_sp)
		events_in_place++;
	else
		events_in_place = 0;
	last_ip = ip;
	last_sp = sp;
}

static uint64_t step_grace(void)
{
	unsigned int shift = events_in_place - 1;

	return STEP_GRACE << (shift < STEP_SHIFT_MAX ? shift : STEP_SHIFT_MAX);
}

/*
 * Find a function of the host's vDSO (@base: AT_SYSINFO_EHDR). The symbol table has no length
 * field, but the linker puts the string table after it, which ends the search.
 */
static void *vdso_find(uint64_t base, const char *name)
{
	const Elf64_Ehdr *header = (void *)base;
	const Elf64_Phdr *segment = (void *)(base + header->e_phoff);
	const Elf64_Dyn *dynamic = NULL;
	const Elf64_Sym *symbol = NULL;
	const char *strings = NULL;
	uint64_t load = base;
	int i;

	for (i = 0; i < header->e_phnum; i++) {
		if (segment[i].p_type == PT_LOAD)
			load = base + segment[i].p_offset - segment[i].p_vaddr;
		if (segment[i].p_type == PT_DYNAMIC)
			dynamic = (void *)(base + segment[i].p_offset);
	}
	for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == DT_SYMTAB)
			symbol = (void *)(load + dynamic->d_un.d_ptr);
		if (dynamic->d_tag == DT_STRTAB)
			strings = (void *)(load + dynamic->d_un.d_ptr);
	}
	for (; symbol && strings && (const char *)(symbol + 1) <= strings; symbol++)
		if (symbol->st_shndx && !strcmp(strings + symbol->st_name, name))
			return (void *)(load + symbol->st_value);
	return NULL;
}

int host_timer_init(uint64_t vdso)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGALRM,
		._sigev_un._tid = lx_gettid(),
	};

	if (vdso)
		vdso_clock_gettime = (clock_gettime_fn)vdso_find(vdso, "__vdso_clock_gettime");
	return lx_timer_create(CLOCK_MONOTONIC, &event, &timer_id);
}

static uint64_t clock_read(int clock)
{
	struct __kernel_timespec now = {};

	if (!vdso_clock_gettime || vdso_clock_gettime(clock, &now))
		lx_clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static void held_add(uint64_t now)
{
	uint64_t since = __atomic_exchange_n(&host_time_stopped, 0, __ATOMIC_SEQ_CST);

	debugger_seen = true;
	if (since && now > since + HELD_SHOWN)
		__atomic_add_fetch(&time_held, now - since - HELD_SHOWN, __ATOMIC_SEQ_CST);
}

uint64_t host_time_now(void)
{
	uint64_t now = clock_read(CLOCK_MONOTONIC);

	if (__builtin_expect(host_time_stopped, 0))
		held_add(now);
	return now - time_held;
}

uint64_t host_time_held(void)
{
	return time_held;
}

uint64_t host_time_real(void)
{
	return clock_read(CLOCK_REALTIME);
}

void host_timer_set(uint64_t when)
{
	uint64_t host = when ? when + time_held : 0;
	struct __kernel_itimerspec time;

	if (host && events_in_place) {
		uint64_t grace = clock_read(CLOCK_MONOTONIC) + step_grace();

		host = host < grace ? grace : host;
	}
	time = (struct __kernel_itimerspec) {
		.it_value = { host / NSEC_PER_SEC, host % NSEC_PER_SEC },
	};
	lx_timer_settime(timer_id, LX_TIMER_ABSTIME, &time, NULL);
}
