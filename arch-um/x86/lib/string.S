/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * string.S - copy, move and fill memory blocks
 *
 * Called in any context. Kernel code must not use vector registers. So small blocks are moved in
 * overlapping words, and larger ones by string instructions, which current processors execute one
 * cache line at a time. The names without underscores are weak, so that KASAN can replace the
 * functions with versions that check their arguments.
 */
#include <linux/linkage.h>
#include <linux/cfi_types.h>
#include <linux/export.h>

/* void *memcpy(dst rdi, src rsi, size rdx) */
SYM_TYPED_FUNC_START(__memcpy)
	movq	%rdi, %rax
	cmpq	$16, %rdx
	jb	.Lcopy_under_16
	cmpq	$64, %rdx
	ja	.Lcopy_string
	/* 16 to 64 bytes: copy 16 from each end; above 32 bytes another 16 from each end */
	movq	(%rsi), %rcx
	movq	8(%rsi), %r8
	movq	-16(%rsi,%rdx), %r9
	movq	-8(%rsi,%rdx), %r10
	cmpq	$32, %rdx
	jbe	1f
	movq	16(%rsi), %r11
	movq	%r11, 16(%rdi)
	movq	24(%rsi), %r11
	movq	%r11, 24(%rdi)
	movq	-32(%rsi,%rdx), %r11
	movq	%r11, -32(%rdi,%rdx)
	movq	-24(%rsi,%rdx), %r11
	movq	%r11, -24(%rdi,%rdx)
1:	movq	%rcx, (%rdi)
	movq	%r8, 8(%rdi)
	movq	%r9, -16(%rdi,%rdx)
	movq	%r10, -8(%rdi,%rdx)
	ret
.Lcopy_string:
	movq	%rdx, %rcx
	rep movsb
	ret
.Lcopy_under_16:
	cmpl	$8, %edx
	jb	2f
	movq	(%rsi), %rcx
	movq	-8(%rsi,%rdx), %r8
	movq	%rcx, (%rdi)
	movq	%r8, -8(%rdi,%rdx)
	ret
2:	cmpl	$4, %edx
	jb	3f
	movl	(%rsi), %ecx
	movl	-4(%rsi,%rdx), %r8d
	movl	%ecx, (%rdi)
	movl	%r8d, -4(%rdi,%rdx)
	ret
3:	testl	%edx, %edx
	jz	4f
	movzbl	(%rsi), %ecx
	movzbl	-1(%rsi,%rdx), %r8d
	shrl	$1, %edx
	movzbl	(%rsi,%rdx), %r9d
	movb	%r9b, (%rdi,%rdx)
	/* 1 to 3 bytes: the first, the middle and the last byte are all there is */
	movb	%cl, (%rdi)
	adcl	%edx, %edx
	movb	%r8b, -1(%rdi,%rdx)
4:	ret
SYM_FUNC_END(__memcpy)
EXPORT_SYMBOL(__memcpy)
SYM_FUNC_ALIAS_MEMFUNC(memcpy, __memcpy)
EXPORT_SYMBOL(memcpy)

/* void *memmove(dst rdi, src rsi, size rdx) */
SYM_TYPED_FUNC_START(__memmove)
	movq	%rdi, %rax
	movq	%rdi, %rcx
	subq	%rsi, %rcx
	jz	.Lmove_done
	cmpq	%rdx, %rcx
	jb	.Lmove_down
	negq	%rcx
	cmpq	%rdx, %rcx
	jae	memcpy			/* the blocks do not overlap */
	/* destination below the source: copy upwards, whole words first */
1:	subq	$8, %rdx
	jb	2f
	movq	(%rsi), %r8
	movq	%r8, (%rdi)
	addq	$8, %rsi
	addq	$8, %rdi
	jmp	1b
2:	addq	$8, %rdx
	jz	.Lmove_done
3:	movzbl	(%rsi), %r8d
	movb	%r8b, (%rdi)
	incq	%rsi
	incq	%rdi
	decq	%rdx
	jnz	3b
.Lmove_done:
	ret
.Lmove_down:
	/* destination inside the source: copy downwards from the end */
4:	cmpq	$8, %rdx
	jb	5f
	movq	-8(%rsi,%rdx), %r8
	movq	%r8, -8(%rdi,%rdx)
	subq	$8, %rdx
	jmp	4b
5:	testq	%rdx, %rdx
	jz	.Lmove_done
6:	movzbl	-1(%rsi,%rdx), %r8d
	movb	%r8b, -1(%rdi,%rdx)
	decq	%rdx
	jnz	6b
	ret
SYM_FUNC_END(__memmove)
EXPORT_SYMBOL(__memmove)
SYM_FUNC_ALIAS_MEMFUNC(memmove, __memmove)
EXPORT_SYMBOL(memmove)

/* void *memset(dst rdi, byte esi, size rdx) */
SYM_TYPED_FUNC_START(__memset)
	movq	%rdi, %r9
	movzbl	%sil, %eax
	cmpq	$32, %rdx
	ja	1f
	/* small blocks: store words of the repeated byte at both ends */
	movabsq	$0x0101010101010101, %rcx
	imulq	%rcx, %rax
	cmpl	$8, %edx
	jb	2f
	movq	%rax, (%rdi)
	movq	%rax, -8(%rdi,%rdx)
	cmpl	$16, %edx
	jbe	3f
	movq	%rax, 8(%rdi)
	movq	%rax, -16(%rdi,%rdx)
	jmp	3f
1:	movq	%rdx, %rcx
	rep stosb
	jmp	3f
2:	testl	%edx, %edx
	jz	3f
	movb	%al, -1(%rdi,%rdx)
	decl	%edx
	jmp	2b
3:	movq	%r9, %rax
	ret
SYM_FUNC_END(__memset)
EXPORT_SYMBOL(__memset)
SYM_FUNC_ALIAS_MEMFUNC(memset, __memset)
EXPORT_SYMBOL(memset)

/* void clear_page(page rdi), void copy_page(to rdi, from rsi) */
SYM_TYPED_FUNC_START(clear_page)
	movl	$4096, %ecx
	xorl	%eax, %eax
	rep stosb
	ret
SYM_FUNC_END(clear_page)
EXPORT_SYMBOL(clear_page)

SYM_TYPED_FUNC_START(copy_page)
	movl	$512, %ecx
	rep movsq
	ret
SYM_FUNC_END(copy_page)
EXPORT_SYMBOL(copy_page)
