/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_posix.h - implement struct cow_io for programs: umlab-disk and the tests
 */
#ifndef COW_IO_POSIX_H
#define COW_IO_POSIX_H

#include "io.h"

/* The file numbers of cow_io_posix are file descriptors. Any thread may use cow_io_posix. */
extern const struct cow_io cow_io_posix;

#endif /* COW_IO_POSIX_H */
