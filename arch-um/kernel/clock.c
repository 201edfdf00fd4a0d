// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - clocksource and clockevent on the host's clock
 *
 * The clocksource counts the host's monotonic nanoseconds, read through the host's
 * vDSO. The clockevent is one host timer with absolute expiry, raised as a signal; it is
 * one-shot only, so an idle machine is woken by nothing but its own timers.
 */
#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>
#include <um/host.h>
#include "kernel_internal.h"

static u64 clock_read(struct clocksource *cs)
{
	return host_time_now();
}

static struct clocksource clock_source = {
	.name = "host",
	.rating = 400,
	.read = clock_read,
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

static irqreturn_t clock_irq(int irq, void *data)
{
	clock_event.event_handler(&clock_event);
	return IRQ_HANDLED;
}

static u64 clock_start;

/* Called first of all: the monotonic clock of the guest counts from here. */
void __init clock_setup(void)
{
	clock_start = host_time_now();
}

/* Nanoseconds since the kernel started. */
unsigned long long notrace sched_clock(void)
{
	return host_time_now() - clock_start;
}

void __init time_init(void)
{
	/* A delay loop is a nanosecond: nothing to calibrate. */
	lpj_fine = NSEC_PER_SEC / HZ;

	if (request_irq(UM_IRQ_TIMER, clock_irq, IRQF_TIMER, "timer", NULL))
		panic("timer: cannot get interrupt %d", UM_IRQ_TIMER);
	clocksource_register_hz(&clock_source, NSEC_PER_SEC);
	clock_event.cpumask = cpumask_of(0);
	clockevents_config_and_register(&clock_event, NSEC_PER_SEC, 1000, LONG_MAX);
}

void read_persistent_clock64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(host_time_real());
}
