/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_system.h - read facts about the host, and its random source
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_SYSTEM_H
#define UM_LX_SYSTEM_H

#include "lx/lx_call.h"
#include <linux/sysinfo.h>
#include <linux/utsname.h>

static inline int lx_sysinfo(struct sysinfo *info)
{
	return lx_syscall1(__NR_sysinfo, (long)info);
}

static inline int lx_uname(struct new_utsname *name)
{
	return lx_syscall1(__NR_uname, (long)name);
}

static inline ssize_t lx_getrandom(void *buf, size_t size, unsigned int flags)
{
	return LX_RETRY(lx_syscall3(__NR_getrandom, (long)buf, size, flags));
}

#endif /* UM_LX_SYSTEM_H */
