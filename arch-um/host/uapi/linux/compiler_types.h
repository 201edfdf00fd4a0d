/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compiler_types.h - empty, so that host/ can use uapi headers directly from the source tree
 *
 * The uapi headers in the tree include <linux/compiler_types.h>, which is not a uapi header.
 * "make headers_install" removes that line; here an empty file satisfies it. arch-um/Makefile
 * defines the annotations __user and __force as nothing.
 */
#ifndef UM_UAPI_COMPILER_TYPES_H
#define UM_UAPI_COMPILER_TYPES_H

#endif /* UM_UAPI_COMPILER_TYPES_H */
