/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_mmspace.h - replace a space whose host process died
 *
 * Implemented in mm/mmspace.c, called by the run loop (kernel/guest.c).
 */
#ifndef _ASM_UM_UM_MMSPACE_H
#define _ASM_UM_UM_MMSPACE_H

struct host_space;
struct mm_struct;

/* mmspace_lost - release the space of @mm, whose host process has died. */
void mmspace_lost(struct mm_struct *mm);

/* mmspace_renew - create another space for @mm; NULL if the host refuses. */
struct host_space *mmspace_renew(struct mm_struct *mm);

#endif /* _ASM_UM_UM_MMSPACE_H */
