/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_vdso.h - find the data that the kernel and the vDSO share
 *
 * Defined in kernel/vdso.c, written by kernel/clock.c and by generic timekeeping.
 */
#ifndef _ASM_UM_UM_VDSO_H
#define _ASM_UM_UM_VDSO_H

struct vdso_data;

/* The data is in the image until pages can be allocated, then in a page of RAM. */
extern struct vdso_data *um_vdso_data;

#endif /* _ASM_UM_UM_VDSO_H */
