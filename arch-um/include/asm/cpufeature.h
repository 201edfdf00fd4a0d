/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpufeature.h - the kernel itself uses no optional feature of the processor
 */
#ifndef _ASM_UM_CPUFEATURE_H
#define _ASM_UM_CPUFEATURE_H

#include <asm/processor.h>
#include <asm/cpufeatures.h>

/*
 * Code shared with arch/x86 uses these macros to find out which instruction set extensions it may
 * use. Kernel code here must not touch vector registers, so the answer is false, except for the
 * features that all x86-64 processors have.
 */
#define cpu_has(c, bit)			boot_cpu_has(bit)
#define this_cpu_has(bit)		boot_cpu_has(bit)
#define boot_cpu_has(bit)		((bit) == X86_FEATURE_CX8)
#define static_cpu_has(bit)		boot_cpu_has(bit)
#define cpu_feature_enabled(bit)	boot_cpu_has(bit)

#endif /* _ASM_UM_CPUFEATURE_H */
