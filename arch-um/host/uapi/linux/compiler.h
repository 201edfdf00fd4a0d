/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compiler.h - empty, for the same reason as compiler_types.h in this folder
 */
#ifndef UM_UAPI_COMPILER_H
#define UM_UAPI_COMPILER_H

#endif /* UM_UAPI_COMPILER_H */
