/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmalloc.h - nothing to add: vmalloc uses small pages only
 */
#ifndef _ASM_UM_VMALLOC_H
#define _ASM_UM_VMALLOC_H

#endif /* _ASM_UM_VMALLOC_H */
