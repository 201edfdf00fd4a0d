/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsyscall.h - tell generic timekeeping where the vDSO's data is
 */
#ifndef _ASM_UM_VDSO_VSYSCALL_H
#define _ASM_UM_VDSO_VSYSCALL_H

#include <linux/timekeeper_internal.h>
#include <vdso/datapage.h>
#include <asm/um_vdso.h>

static __always_inline struct vdso_data *um_get_vdso_data(void)
{
	return um_vdso_data;
}
#define __arch_get_k_vdso_data um_get_vdso_data

#include <asm-generic/vdso/vsyscall.h>

#endif /* _ASM_UM_VDSO_VSYSCALL_H */
