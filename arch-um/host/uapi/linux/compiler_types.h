/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compiler_types.h - nothing: lets uapi headers be used straight from the source tree
 *
 * In-tree uapi headers include <linux/compiler_types.h>, which is no uapi header.
 * "make headers_install" drops that line; we only need to satisfy it. The
 * annotations __user and __force are defined away in ../../../Makefile.
 */
#ifndef UM_UAPI_COMPILER_TYPES_H
#define UM_UAPI_COMPILER_TYPES_H

#endif /* UM_UAPI_COMPILER_TYPES_H */
