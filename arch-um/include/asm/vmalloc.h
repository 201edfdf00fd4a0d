/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmalloc.h - empty, because vmalloc uses small pages only
 */
#ifndef _ASM_UM_VMALLOC_H
#define _ASM_UM_VMALLOC_H

#endif /* _ASM_UM_VMALLOC_H */
