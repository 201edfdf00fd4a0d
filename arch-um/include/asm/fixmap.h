/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fixmap.h - there are no fixed kernel mappings
 */
#ifndef _ASM_UM_FIXMAP_H
#define _ASM_UM_FIXMAP_H

enum fixed_addresses {
	__end_of_fixed_addresses
};

#endif /* _ASM_UM_FIXMAP_H */
