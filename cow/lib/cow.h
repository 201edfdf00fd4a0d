/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cow.h - disks made of layers: everything that users of the library may call
 *
 * The driver, the tool and the tests include this header; the library itself includes the
 * header of each module that it needs. The library runs in umlab-disk and the tests and, on host
 * threads of the disk driver, in the kernel process. The theory is in ../doc/layers.md.
 *
 * Conventions of all modules: calls return >= 0 or -errno. Calls with a struct cow_error also
 * explain in words what is wrong and what to do. Only one thread
 * at a time may open, close, create or grow a chain.
 */
#ifndef COW_H
#define COW_H

#include "chain.h"
#include "chain_open.h"
#include "chain_write.h"
#include "create.h"
#include "identity.h"
#include "path.h"

#endif /* COW_H */
