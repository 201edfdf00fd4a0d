/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_option.h - options of drivers, checked before anything else happens
 *
 * The drivers read their options when they start. A malformed one shall end the program
 * with one line before anything is touched, so kernel/options.c asks here first. All of
 * these look at their arguments only and work before there is memory to allocate.
 */
#ifndef _ASM_UM_UM_OPTION_H
#define _ASM_UM_UM_OPTION_H

#include <linux/errno.h>
#include <linux/stddef.h>

/*
 * ubd_check_option - @name ("ubd0", "ubdb", "ubd0rs") and @value of a disk option.
 * 0: well-formed; -ENOENT: not a disk option; -EINVAL: malformed.
 * ubd_option_has_base - does a well-formed @value name a base?
 * ubd_option_error - what is malformed, in a few words; NULL if nothing.
 */
#ifdef CONFIG_BLK_DEV_UBD
int ubd_check_option(const char *name, const char *value);
const char *ubd_option_error(const char *name, const char *value);
bool ubd_option_has_base(const char *value);
#else
static inline int ubd_check_option(const char *name, const char *value)
{
	return -ENOENT;
}

static inline bool ubd_option_has_base(const char *value)
{
	return false;
}

static inline const char *ubd_option_error(const char *name, const char *value)
{
	return NULL;
}
#endif

/*
 * hostfs_check_option - @value of hostfs=/dir[,ro][:/dir[,ro]]...: 0 or -EINVAL.
 * hostfs_option_error - what is malformed, in a few words; NULL if nothing.
 */
#ifdef CONFIG_UM_HOSTFS
int hostfs_check_option(const char *value);
const char *hostfs_option_error(const char *value);
#else
static inline int hostfs_check_option(const char *value)
{
	return 0;
}

static inline const char *hostfs_option_error(const char *value)
{
	return NULL;
}
#endif

/*
 * eth_check_option - @value of eth<n>=: 0 or -EINVAL. eth_probe_option - is what it names there?
 * -ENOPKG: the helper program is not.
 */
#ifdef CONFIG_UM_ETH
int eth_check_option(const char *value);
int eth_probe_option(const char *value);
#else
static inline int eth_check_option(const char *value)
{
	return -EINVAL;
}

static inline int eth_probe_option(const char *value)
{
	return 0;
}
#endif

#endif /* _ASM_UM_UM_OPTION_H */
