// SPDX-License-Identifier: GPL-2.0-only
/*
 * idle.c - sleep until a host event is pending
 *
 * Called by the kernel's idle loop (kernel/clock.c) on the machine's thread in the kernel process,
 * with interrupts off.
 */
#include <um/host.h>
#include <um/upcall.h>
#include "guest/placement.h"
#include "guest/spaces.h"
#include "io/poll.h"
#include "lx/lx_poll.h"
#include "lx/lx_signal.h"

#define LOOK_AGAIN_NSEC	200000000	/* time until the next host_guest_idle() */

void host_idle(void)
{
	const lx_sigset all = ~0ULL, none = 0;
	struct __kernel_timespec look_again = { .tv_nsec = LOOK_AGAIN_NSEC };
	struct pollfd poll = { .fd = host_poll_fd(), .events = POLLIN };

	/*
	 * Signals are blocked, so no event can arrive between the check and the sleep; ppoll()
	 * unblocks them only while it sleeps.
	 */
	lx_rt_sigprocmask(SIG_SETMASK, &all, NULL);
	if (!um_irqs_pending) {
		bool again = host_guest_idle();

		host_placement_release();
		lx_ppoll(&poll, poll.fd >= 0, again ? &look_again : NULL, &none);
		host_placement_take();
		if (poll.revents)
			__atomic_or_fetch(&um_irqs_pending, UM_EVENT_POLL, __ATOMIC_SEQ_CST);
	}
	lx_rt_sigprocmask(SIG_SETMASK, &none, NULL);
}
