/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kasan.h - define where the shadow memory of KASAN is
 *
 * One shadow byte describes eight bytes of the process. The shadow is a single sparse mapping that
 * the host side makes before any instrumented code runs (host/process/boot.c).
 */
#ifndef _ASM_UM_KASAN_H
#define _ASM_UM_KASAN_H

#include <um/layout.h>

#define KASAN_SHADOW_SCALE_SHIFT	3
#define KASAN_SHADOW_OFFSET		UL(CONFIG_KASAN_SHADOW_OFFSET)
#define KASAN_SHADOW_START		KASAN_SHADOW_OFFSET
#define KASAN_SHADOW_END \
	(KASAN_SHADOW_START + (UM_HOST_TASK_END >> KASAN_SHADOW_SCALE_SHIFT))

#ifdef CONFIG_KASAN
void kasan_init(void);
#else
static inline void kasan_init(void) {}
#endif

#endif /* _ASM_UM_KASAN_H */
