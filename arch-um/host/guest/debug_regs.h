/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_regs.h - debug registers of a host thread
 *
 * They stay as they are set when the tracer lets go of the thread.
 */
#ifndef UM_HOST_DEBUG_REGS_H
#define UM_HOST_DEBUG_REGS_H

#include <um/host.h>

/* Trace and stop @tid, let it go again. -EPERM: the host forbids tracing. */
int host_debug_attach(int tid);
void host_debug_detach(int tid);

/* Of a stopped thread that we trace. load: -EINVAL, -EIO where the host refuses a value. */
int host_debug_load(int tid, const struct host_debug *debug);
uint64_t host_debug_status(int tid);

#endif /* UM_HOST_DEBUG_REGS_H */
