/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_call.h - make system calls of the host without a libc: what all headers of lx/ share
 *
 * Each lx_<call>() is the host's system call of that name with the same order of arguments.
 * It returns the value of the call, or -errno. Structures and constants come from the kernel's
 * uapi headers, which each header of lx/ includes as it needs them. A structure or constant
 * that uapi leaves to a libc is defined next to the call and has the prefix lx_ or LX_.
 *
 * A call that fails with -EINTR because a signal arrived is repeated (LX_RETRY), unless the purpose
 * of the call is to wait. A waiting call returns -EINTR, because its caller may be waiting for the
 * signal. Every call is inline, may be used by any thread and in signal handlers, and touches no
 * memory but its arguments. The stub (stub/stub_setup.c) uses these headers too.
 */
#ifndef UM_LX_CALL_H
#define UM_LX_CALL_H

#include <um/types.h>

/* The uapi headers come from the source tree itself (uapi/linux/compiler_types.h). */
#ifndef __EXPORTED_HEADERS__
#define __EXPORTED_HEADERS__
#endif
#include <linux/errno.h>

#include "lx/lx_x86.h"

/* Repeat a call while it returns -EINTR. */
#define LX_RETRY(call) ({				\
	long lx_ret_;					\
							\
	do						\
		lx_ret_ = (call);			\
	while (lx_ret_ == -EINTR);			\
	lx_ret_; })

#endif /* UM_LX_CALL_H */
