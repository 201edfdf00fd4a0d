/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vdso.S - the shared object that every guest program finds mapped
 *
 * Each function makes its system call. Programs get the same names and results as
 * on hardware, only not yet without entering the kernel.
 */
	.macro vdso_call name, number
	.globl	__vdso_\name
	.type	__vdso_\name, @function
	.weak	\name
	.type	\name, @function
	.p2align 4
__vdso_\name:
\name:
	.cfi_startproc
	movl	$\number, %eax
	syscall
	ret
	.cfi_endproc
	.size	__vdso_\name, . - __vdso_\name
	.size	\name, . - \name
	.endm

	.text
	vdso_call clock_gettime, 228
	vdso_call gettimeofday, 96
	vdso_call clock_getres, 229
	vdso_call time, 201
	vdso_call getcpu, 309
