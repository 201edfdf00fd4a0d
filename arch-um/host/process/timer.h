/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer.h - set up the machine's timer
 *
 * host_time_*() and host_timer_set() are declared in um/host.h.
 */
#ifndef UM_HOST_TIMER_H
#define UM_HOST_TIMER_H

#include <um/types.h>

/* host_timer_init - find the host's vDSO at @vdso (AT_SYSINFO_EHDR, or 0) and create the timer. */
int host_timer_init(uint64_t vdso);

/*
 * host_timer_place - note that an event interrupted the kernel at @ip with stack pointer @sp. Both
 * are 0 if the event does not interrupt the kernel now. Called by signal handlers.
 */
void host_timer_place(uint64_t ip, uint64_t sp);

#endif /* UM_HOST_TIMER_H */
