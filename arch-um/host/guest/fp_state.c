// SPDX-License-Identifier: GPL-2.0-only
/*
 * fp_state.c - find out the size and form of the FP state on this processor
 *
 * The FP state is an XSAVE image in standard format, as in ptrace and signal frames. It holds all
 * components that the host has enabled, except those that a program must request (AMX).
 *
 * Called by the engines and, through um/host.h, by kernel code (kernel/fp.c), on the machine's
 * thread in the kernel process. Nothing changes after host_fp_init().
 */
#include "guest/fp_state.h"
#include <um/host.h>
#include "libk.h"

#define CPUID_XSAVE	0x0d
#define CPUID_1_OSXSAVE	(1u << 27)
#define FEATURES_BASE	3ULL			/* x87 and SSE: the FXSAVE area */
#define FEATURES_ASKED	(1ULL << 17 | 1ULL << 18)	/* AMX: a program must request it */
#define XSAVE_BASE_SIZE	576			/* FXSAVE area and header */
#define FCW_DEFAULT	0x37f
#define MXCSR_DEFAULT	0x1f80
#define FEATURES_WORD	464			/* offset of the features in signal frames */
#define PKRU_FEATURE	9

static size_t fp_size = XSAVE_BASE_SIZE;
static uint64_t fp_features = FEATURES_BASE;
static bool fp_xsave;

static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	asm volatile("cpuid" : "=a" (regs[0]), "=b" (regs[1]), "=c" (regs[2]), "=d" (regs[3])
		     : "a" (leaf), "c" (subleaf));
}

static uint64_t xgetbv(void)
{
	uint32_t low, high;

	asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
	return (uint64_t)high << 32 | low;
}

void host_fp_init(void)
{
	uint32_t regs[4];
	unsigned int i;

	cpuid(1, 0, regs);
	if (!(regs[2] & CPUID_1_OSXSAVE))
		return;
	fp_xsave = true;
	fp_features = xgetbv() & ~FEATURES_ASKED;
	for (i = 2; i < 63; i++) {
		if (!(fp_features & 1ULL << i))
			continue;
		cpuid(CPUID_XSAVE, i, regs);	/* eax: size, ebx: offset in standard format */
		if (regs[0] + regs[1] > fp_size)
			fp_size = regs[0] + regs[1];
	}
}

bool host_fp_xsave(void)
{
	return fp_xsave;
}

size_t host_fp_size(void)
{
	return fp_size;
}

uint64_t host_fp_features(void)
{
	return fp_features;
}

void host_fp_default(void *fp)
{
	uint32_t regs[4];

	memset(fp, 0, fp_size);
	*(uint16_t *)fp = FCW_DEFAULT;
	*(uint32_t *)(fp + 24) = MXCSR_DEFAULT;
	*(uint64_t *)(fp + FEATURES_WORD) = fp_features;
	*(uint64_t *)(fp + 512) = FEATURES_BASE;
	if (fp_features & 1ULL << PKRU_FEATURE) {
		/* Deny all protection keys but 0, as the host does for a new program. */
		cpuid(CPUID_XSAVE, PKRU_FEATURE, regs);
		*(uint32_t *)(fp + regs[1]) = 0x55555554;
		*(uint64_t *)(fp + 512) |= 1ULL << PKRU_FEATURE;
	}
}
