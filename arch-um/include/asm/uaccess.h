/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uaccess.h - copy between kernel and guest memory
 */
#ifndef _ASM_UM_UACCESS_H
#define _ASM_UM_UACCESS_H

#include <asm/extable.h>
#include <asm/asm.h>
#include <linux/mm_types.h>

/*
 * The kernel process does not map guest memory at guest addresses. Each access walks the guest's
 * page tables and copies through the linear map of RAM (mm/uaccess.c).
 */
unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long size);
unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long size);
unsigned long __clear_user(void __user *to, unsigned long size);
long strncpy_from_user(char *to, const char __user *from, long count);
long strnlen_user(const char __user *s, long count);
#define __clear_user __clear_user
#define INLINE_COPY_FROM_USER
#define INLINE_COPY_TO_USER

#define __put_user_fn(size, to, from)	(raw_copy_to_user(to, from, size) ? -EFAULT : 0)
#define __get_user_fn(size, from, to)	(raw_copy_from_user(to, from, size) ? -EFAULT : 0)

#include <asm-generic/uaccess.h>

/* Access a kernel address that may be invalid. The exception table handles the host's SIGSEGV. */
#define UM_NOFAULT_MOVE(dst, src, type, failed)				\
	asm goto("1: mov %[from], %[to]\n"				\
		 _ASM_EXTABLE_UA(1b, %l[failed])			\
		 : : [to] "m" (dst), [from] "r" (src) : "memory" : failed)

#define __put_kernel_nofault(to, from, type, failed)			\
do {									\
	type value_ = *(type *)(from);					\
									\
	UM_NOFAULT_MOVE(*(type *)(to), value_, type, failed);		\
} while (0)

#define __get_kernel_nofault(to, from, type, failed)			\
do {									\
	type value_;							\
									\
	asm_goto_output("1: mov %[from_], %[to_]\n"			\
			_ASM_EXTABLE_UA(1b, %l[failed])			\
			: [to_] "=r" (value_)				\
			: [from_] "m" (*(type *)(from)) : : failed);	\
	*(type *)(to) = value_;						\
} while (0)

#endif /* _ASM_UM_UACCESS_H */
