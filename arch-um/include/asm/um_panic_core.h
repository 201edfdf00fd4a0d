/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_panic_core.h - check the option core=FILE[,all]
 *
 * Implemented in kernel/debug/panic_core.c, called by kernel/boot/boot_options.c before there is
 * memory to allocate.
 */
#ifndef _ASM_UM_UM_PANIC_CORE_H
#define _ASM_UM_UM_PANIC_CORE_H

/* panic_core_check_option - is @value well-formed? 0 or -EINVAL. */
int panic_core_check_option(const char *value);

/* panic_core_probe_option - can the folder of a well-formed @value be opened? 0 or -errno. */
int panic_core_probe_option(const char *value);

#endif /* _ASM_UM_UM_PANIC_CORE_H */
