/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_paging.h - set up zones and the zero page
 *
 * Implemented in mm/paging.c, called once by setup_arch() (kernel/boot/setup.c).
 */
#ifndef _ASM_UM_UM_PAGING_H
#define _ASM_UM_UM_PAGING_H

void paging_setup(void);

#endif /* _ASM_UM_UM_PAGING_H */
