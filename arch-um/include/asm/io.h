/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io.h - there is no I/O memory; the generic functions let drivers compile
 */
#ifndef _ASM_UM_IO_H
#define _ASM_UM_IO_H

#include <linux/types.h>

static inline void __iomem *ioremap(phys_addr_t offset, size_t size)
{
	return NULL;
}
#define ioremap ioremap

static inline void iounmap(void __iomem *addr)
{
}
#define iounmap iounmap

#include <asm-generic/io.h>

#endif /* _ASM_UM_IO_H */
