/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma.h - there is no DMA controller
 */
#ifndef _ASM_UM_DMA_H
#define _ASM_UM_DMA_H

#define MAX_DMA_ADDRESS	(~0UL)

#endif /* _ASM_UM_DMA_H */
