/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_vdso.h - the data that kernel and vDSO share
 *
 * Defined in kernel/vdso.c, written by kernel/clock.c and by generic timekeeping.
 */
#ifndef _ASM_UM_UM_VDSO_H
#define _ASM_UM_UM_VDSO_H

struct vdso_data;

/* In the image until there are pages to allocate, then in a page of RAM. */
extern struct vdso_data *um_vdso_data;

#endif /* _ASM_UM_UM_VDSO_H */
