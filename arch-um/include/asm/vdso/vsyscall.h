/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsyscall.h - where the kernel keeps the vDSO's data
 */
#ifndef _ASM_UM_VDSO_VSYSCALL_H
#define _ASM_UM_VDSO_VSYSCALL_H

#include <linux/timekeeper_internal.h>
#include <vdso/datapage.h>

/* kernel/vdso.c: a page of its own once there are pages. */
extern struct vdso_data *um_vdso_data;

static __always_inline struct vdso_data *um_get_vdso_data(void)
{
	return um_vdso_data;
}
#define __arch_get_k_vdso_data um_get_vdso_data

#include <asm-generic/vdso/vsyscall.h>

#endif /* _ASM_UM_VDSO_VSYSCALL_H */
