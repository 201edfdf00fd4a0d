/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_cow_io.h - implement the file operations of cow/ for the kernel image
 */
#ifndef UBD_COW_IO_H
#define UBD_COW_IO_H

#include <cow.h>

extern const struct cow_io ubd_cow_io;

#endif /* UBD_COW_IO_H */
