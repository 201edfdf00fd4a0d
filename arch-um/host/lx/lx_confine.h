/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_confine.h - install seccomp filters and Landlock rules
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_CONFINE_H
#define UM_LX_CONFINE_H

#include "lx/lx_call.h"
#include <linux/landlock.h>
#include <linux/seccomp.h>

static inline int lx_seccomp(unsigned int operation, unsigned int flags, void *args)
{
	return lx_syscall3(__NR_seccomp, operation, flags, (long)args);
}

static inline int lx_landlock_create_ruleset(const struct landlock_ruleset_attr *attr, size_t size,
					     unsigned int flags)
{
	return lx_syscall3(__NR_landlock_create_ruleset, (long)attr, size, flags);
}

static inline int lx_landlock_add_rule(int ruleset_fd, int type, const void *rule)
{
	return lx_syscall4(__NR_landlock_add_rule, ruleset_fd, type, (long)rule, 0);
}

static inline int lx_landlock_restrict_self(int ruleset_fd, unsigned int flags)
{
	return lx_syscall2(__NR_landlock_restrict_self, ruleset_fd, flags);
}

#endif /* UM_LX_CONFINE_H */
