/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.S - embed the vDSO in the kernel image, from which kernel/vdso.c copies it
 */
	.section .rodata, "a"
	.p2align 12
	.globl	vdso_image_start, vdso_image_end
vdso_image_start:
	.incbin VDSO_IMAGE
vdso_image_end:
	.p2align 12
