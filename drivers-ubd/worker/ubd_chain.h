/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_chain.h - store the sectors of a disk in a chain of cow/: a raw file, or layers
 */
#ifndef UBD_CHAIN_H
#define UBD_CHAIN_H

#include "worker/ubd_worker.h"

/* ubd_chain_init - fill @store for the open @chain. */
void ubd_chain_init(struct ubd_store *store, struct cow_chain *chain);

/* ubd_chain_resized - set the size of @store after the size of its chain has changed. */
void ubd_chain_resized(struct ubd_store *store);

#endif /* UBD_CHAIN_H */
