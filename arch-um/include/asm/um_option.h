/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_option.h - check the options of drivers early
 *
 * Drivers read their options when they start, but a malformed option must end the program with one
 * line before the program changes any file. So kernel/boot/boot_options.c calls these functions
 * first. They look only at their arguments and work before there is memory to allocate.
 */
#ifndef _ASM_UM_UM_OPTION_H
#define _ASM_UM_UM_OPTION_H

#include <linux/errno.h>
#include <linux/stddef.h>

/*
 * ubd_check_option - check @name ("ubd0", "ubdb", "ubd0rs") and @value of a disk option.
 * 0: well-formed; -ENOENT: not a disk option; -EINVAL: malformed.
 * ubd_option_has_base - does a well-formed @value name a base image?
 * ubd_option_error - return the fault in a few words; NULL: the option is well-formed.
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
 * hostfs_check_option - check @value of hostfs=: 0 or -EINVAL.
 * hostfs_open_option - open the folders that a well-formed @value names: 0 or -errno.
 * hostfs_option_error - return the fault in a few words; NULL: the option is well-formed.
 */
#ifdef CONFIG_UM_HOSTFS
int hostfs_check_option(const char *value);
int hostfs_open_option(const char *value);
const char *hostfs_option_error(const char *value);
#else
static inline int hostfs_check_option(const char *value)
{
	return 0;
}

static inline int hostfs_open_option(const char *value)
{
	return 0;
}

static inline const char *hostfs_option_error(const char *value)
{
	return NULL;
}
#endif

/*
 * eth_check_option - check @value of ethN=: 0 or -EINVAL.
 * eth_probe_option - does the object that @value names exist? 0 or -errno; -ENOPKG: the helper
 * program is not installed.
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

/* console_check_option - check @value of conN=: 0 or -EINVAL. */
int console_check_option(const char *value);

#endif /* _ASM_UM_UM_OPTION_H */
