/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_regs.h - debug registers of a host thread
 *
 * For both engines. The registers keep their values when the tracer detaches from the thread.
 */
#ifndef UM_HOST_DEBUG_REGS_H
#define UM_HOST_DEBUG_REGS_H

#include <um/host.h>

/*
 * host_debug_attach - trace and stop @tid; -EPERM: the host forbids tracing.
 * host_debug_detach - let the thread run again, without a tracer.
 */
int host_debug_attach(int tid);
void host_debug_detach(int tid);

/*
 * Both need a stopped thread that we trace. host_debug_load - -EINVAL, -EIO: the host refuses a
 * value. host_debug_status - DR6.
 */
int host_debug_load(int tid, const struct host_debug *debug);
uint64_t host_debug_status(int tid);

#endif /* UM_HOST_DEBUG_REGS_H */
