/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_regs.h - read and write the debug registers of a host thread
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
 * host_debug_load - set the debug registers of @tid. -EINVAL, -EIO: the host refuses a value.
 * host_debug_status - return DR6 of @tid.
 * The thread @tid must be traced by us and stopped.
 */
int host_debug_load(int tid, const struct host_debug *debug);
uint64_t host_debug_status(int tid);

#endif /* UM_HOST_DEBUG_REGS_H */
