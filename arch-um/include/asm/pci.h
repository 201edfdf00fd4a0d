/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - there is no PCI bus
 */
#ifndef _ASM_UM_PCI_H
#define _ASM_UM_PCI_H

#define PCIBIOS_MIN_IO	0
#define PCIBIOS_MIN_MEM	0

#endif /* _ASM_UM_PCI_H */
