/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain_open.h - open a layer and all layers below it
 */
#ifndef COW_CHAIN_OPEN_H
#define COW_CHAIN_OPEN_H

#include "chain.h"
#include "cow_options.h"

/*
 * cow_chain_open - open the chain whose top layer is @path. On failure @error holds a message
 * for the user, and *@chain is unchanged.
 */
int cow_chain_open(const struct cow_io *io, const char *path, const struct cow_options *options,
		   struct cow_chain **chain, struct cow_error *error);

/*
 * cow_chain_close - close all layers and free the chain, even if an error is returned. No other
 * call may be in progress. NULL is allowed.
 */
int cow_chain_close(struct cow_chain *chain);

#endif /* COW_CHAIN_OPEN_H */
