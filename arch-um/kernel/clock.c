// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - provide clocksources and a clockevent that use the host's clock
 *
 * Two clocksources count the nanoseconds of the host's monotonic clock: "host" asks the host each
 * time, "tsc" calculates the time from the processor's cycle counter, as the vDSO does. The
 * clockevent is a host timer that is set to an absolute time and raises a signal. The timer is
 * one-shot, so an idle machine wakes only when one of its own timers expires. Generic timekeeping
 * calls this file in any context. The idle task (process.c) calls clock_idle() with interrupts off.
 *
 * Theory of operation (tsc)
 *
 * Host time is a straight line over the cycle counter, except for the small corrections that the
 * host makes to its clock. This file keeps one piece of such a line (asm/vdso/data.h). clock_sync()
 * draws a new piece at every timer interrupt and whenever the machine wakes up:
 *
 *   start   the time on the old line, so that time neither goes back nor jumps
 *   slope   the host's rate, measured over the last RATE_PERIOD, and corrected so that the line
 *           meets the host's clock again after CATCH_UP. A sleeping machine draws no lines, so
 *           clock_idle() goes to sleep with the uncorrected rate.
 *   reach   LINE_REACH. Beyond it the vDSO makes a system call, and the kernel draws a new line
 *           before it answers: while the host was suspended, the counter may have continued or
 *           restarted although the host's clock stood still.
 *
 * A line that is behind the host by more than JUMP_MIN jumps forward. A line that is ahead is
 * slowed down. If it is ahead because the counter jumped, the line returns to the host's time,
 * but never below a time that the kernel has read.
 *
 * Invariant: kernel and vDSO read the same line, which is in the vDSO's data page under its
 * sequence count. Lines are drawn with interrupts off.
 *
 * Guest code runs on any processor of the host, so the counters of all processors must agree. They
 * agree if the host uses the counter for its own clock.
 */
#include <asm/um_clock.h>

#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <vdso/datapage.h>
#include <vdso/helpers.h>
#include <asm/vdso/vsyscall.h>
#include <um/host.h>

#define HOST_CHOICE	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

#define LINE_REACH	(2 * NSEC_PER_SEC)
#define LINE_MIN	NSEC_PER_MSEC		/* a line younger than this is not replaced */
#define RATE_PERIOD	(100 * NSEC_PER_MSEC)
#define CATCH_UP	(20 * NSEC_PER_MSEC)
#define CATCH_UP_MAX	(CATCH_UP / 2000)	/* 500 parts per million */
#define JUMP_MIN	(100 * NSEC_PER_USEC)

/* The same moment on both clocks. */
struct moment {
	u64 cycles, ns;
};

static struct moment rate_start;	/* start of the current rate measurement */
static u64 rate;			/* last measured slope (asm/vdso/data.h); 0: no lines */
static u64 newest;			/* largest time that the kernel has read */
static bool tsc_wanted __initdata, host_wanted __initdata;

static int __init clock_setup_choice(char *value)
{
	tsc_wanted = value && !strcmp(value, "tsc");
	host_wanted = value && !strcmp(value, "host");
	return 0;
}
early_param("clock", clock_setup_choice);

static struct arch_vdso_data *line(void)
{
	return &um_vdso_data[CS_HRES_COARSE].arch_data;
}

/* Read both clocks at once. Of several attempts, return the one that took the least time. */
static struct moment notrace moment_now(void)
{
	struct moment best = {};
	u64 before, after, ns, shortest = U64_MAX;
	int i;

	for (i = 0; i < 3; i++) {
		before = clock_cycles();
		ns = host_time_now();
		after = clock_cycles();
		if (after - before < shortest) {
			shortest = after - before;
			best = (struct moment) { before + shortest / 2, ns };
		}
	}
	return best;
}

static u64 notrace slope_between(const struct moment *start, const struct moment *end)
{
	return mul_u64_u64_div_u64(end->ns - start->ns, 1ULL << CLOCK_LINE_SHIFT,
				   end->cycles - start->cycles);
}

static void notrace line_draw(const struct moment *start, u64 slope)
{
	const struct arch_vdso_data drawn = {
		.cycles = start->cycles,
		.ns = start->ns,
		.slope = slope,
		.limit = mul_u64_u64_div_u64(LINE_REACH, 1ULL << CLOCK_LINE_SHIFT, slope),
	};

	vdso_write_begin(um_vdso_data);
	um_vdso_data[CS_HRES_COARSE].arch_data = drawn;
	um_vdso_data[CS_RAW].arch_data = drawn;
	vdso_write_end(um_vdso_data);
}

/* Draw a new line that starts now. Called with interrupts off. */
static void notrace clock_sync(void)
{
	struct moment now;
	u64 shown, slope = rate;
	s64 behind;

	if (!rate || clock_line_ns(line(), clock_cycles()) - line()->ns < LINE_MIN)
		return;
	now = moment_now();
	shown = clock_line_ns(line(), now.cycles);
	if (shown == CLOCK_LINE_UNKNOWN) {
		rate_start = now;
		/* Extend the old line: after a long sleep only its slope may be wrong. */
		shown = line()->ns + mul_u64_u64_shr(now.cycles - line()->cycles, line()->slope,
						     CLOCK_LINE_SHIFT);
		if ((s64)(now.ns - shown) < -(s64)JUMP_MIN)
			shown = min(shown, max(now.ns, newest));
	} else if (now.ns - rate_start.ns >= RATE_PERIOD) {
		slope = rate = slope_between(&rate_start, &now);
		rate_start = now;
	}
	behind = now.ns - shown;
	if (behind > (s64)JUMP_MIN) {
		shown = max(now.ns, newest);
	} else {
		behind = clamp(behind, -(s64)CATCH_UP_MAX, (s64)CATCH_UP_MAX);
		slope += div_s64((s64)slope * behind, CATCH_UP);
	}
	now.ns = shown;
	line_draw(&now, slope);
}

static u64 notrace clock_now(void)
{
	unsigned long flags;
	u32 seq;
	u64 ns;

	if (!rate)
		return host_time_now();
	/* An interrupt in between may draw another line. */
	do {
		seq = vdso_read_begin(um_vdso_data);
		ns = clock_line_ns(line(), clock_cycles());
	} while (vdso_read_retry(um_vdso_data, seq));
	if (unlikely(ns == CLOCK_LINE_UNKNOWN)) {
		raw_local_irq_save(flags);
		clock_sync();
		raw_local_irq_restore(flags);
		ns = line()->ns;
	}
	newest = ns;
	return ns;
}

void clock_idle(void)
{
	struct moment now = { .cycles = clock_cycles() };

	/* Drop the correction of the slope: nothing would end it while the machine sleeps. */
	now.ns = clock_line_ns(line(), now.cycles);
	if (rate && line()->slope != rate && now.ns != CLOCK_LINE_UNKNOWN)
		line_draw(&now, rate);
	host_idle();
	clock_sync();
}

static u64 tsc_read(struct clocksource *cs)
{
	return clock_now();
}

static struct clocksource tsc_source = {
	.name = "tsc",
	.rating = 400,
	.read = tsc_read,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_VALID_FOR_HRES,
	.vdso_clock_mode = VDSO_CLOCKMODE_TSC,
};

static u64 host_read(struct clocksource *cs)
{
	return host_time_now();
}

static struct clocksource host_source = {
	.name = "host",
	.rating = 300,
	.read = host_read,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_VALID_FOR_HRES,
};

static int clock_event_set(unsigned long delta, struct clock_event_device *device)
{
	host_timer_set(host_time_now() + delta);
	return 0;
}

static int clock_event_stop(struct clock_event_device *device)
{
	host_timer_set(0);
	return 0;
}

static struct clock_event_device clock_event = {
	.name = "host",
	.features = CLOCK_EVT_FEAT_ONESHOT,
	.rating = 400,
	.set_next_event = clock_event_set,
	.set_state_shutdown = clock_event_stop,
	.irq = UM_IRQ_TIMER,
};

/* A debugger has stopped the machine and thus its monotonic clock: set the wall clock forward. */
static void held_work_fn(struct work_struct *work)
{
	static u64 seen;
	u64 held = host_time_held();
	struct timespec64 now;

	ktime_get_real_ts64(&now);
	now = timespec64_add(now, ns_to_timespec64(held - seen));
	seen = held;
	do_settimeofday64(&now);
}
static DECLARE_WORK(held_work, held_work_fn);

static void held_look(void)
{
	static u64 seen;
	u64 held = host_time_held();

	if (unlikely(held != seen)) {
		seen = held;
		schedule_work(&held_work);
	}
}

static irqreturn_t clock_irq(int irq, void *data)
{
	clock_sync();
	held_look();
	clock_event.event_handler(&clock_event);
	return IRQ_HANDLED;
}

static u64 clock_start;

void __init clock_setup(void)
{
	rate_start = moment_now();
	clock_start = rate_start.ns;
}

/* Returns the nanoseconds since the kernel started. */
unsigned long long notrace sched_clock(void)
{
	return clock_now() - clock_start;
}

/* Read the name of the host's clocksource; empty if this fails. */
static void __init host_choice_read(char *name, size_t size)
{
	int fd = host_file_open(HOST_CHOICE, HOST_O_READ, 0);
	ssize_t length = fd >= 0 ? host_file_read(fd, name, size - 1) : 0;

	name[max(length, 0)] = '\0';
	strim(name);
	if (fd >= 0)
		host_file_close(fd);
}

/*
 * Returns whether to use the cycle counter: clock=tsc or clock=host decides, otherwise the host's
 * choice for its own clock. If yes, measures the counter's rate, which must be plausible, and draws
 * the first line.
 */
static bool __init tsc_usable(void)
{
	struct moment now = moment_now();
	char choice[32];
	u64 measured;

	host_choice_read(choice, sizeof(choice));
	if (host_wanted || (!tsc_wanted && strcmp(choice, "tsc"))) {
		pr_info("clock: read by host calls; the host's own clock is '%s'\n", choice);
		return false;
	}
	while (now.ns - rate_start.ns < 5 * NSEC_PER_MSEC)
		now = moment_now();
	/* Outside 50 MHz to 50 GHz this cannot be a cycle counter. */
	measured = slope_between(&rate_start, &now);
	if (measured < (1ULL << CLOCK_LINE_SHIFT) / 50 || measured > 20ULL << CLOCK_LINE_SHIFT) {
		pr_warn("clock: ignoring the cycle counter, its rate is implausible\n");
		return false;
	}
	rate = measured;
	rate_start = now;
	line_draw(&now, rate);
	return true;
}

void __init time_init(void)
{
	/* One delay loop takes a nanosecond (x86/cpuinfo.c): nothing to calibrate. */
	lpj_fine = NSEC_PER_SEC / HZ;

	if (request_irq(UM_IRQ_TIMER, clock_irq, IRQF_TIMER, "timer", NULL))
		panic("timer: cannot get interrupt %d", UM_IRQ_TIMER);
	clocksource_register_hz(&host_source, NSEC_PER_SEC);
	if (tsc_usable())
		clocksource_register_hz(&tsc_source, NSEC_PER_SEC);
	clock_event.cpumask = cpumask_of(0);
	clockevents_config_and_register(&clock_event, NSEC_PER_SEC, 1000, LONG_MAX);
}

void read_persistent_clock64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(host_time_real());
}
