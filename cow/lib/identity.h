/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * identity.h - check that the file below is still the one that the overlay was made on
 *
 * Used when a chain is opened, when a layer is created, and by the verbs seal, check, commit and
 * rebase of umlab-disk.
 */
#ifndef COW_IDENTITY_H
#define COW_IDENTITY_H

#include "layer.h"
#include "cow_options.h"

/* cow_identity_hash - hash the content of a raw file. */
int cow_identity_hash(struct cow_layer *layer, struct cow_progress *progress,
		      uint8_t hash[COW_HASH_SIZE]);

/* cow_identity_seal_hash - hash what a layer itself holds, without the layers below. */
int cow_identity_seal_hash(struct cow_layer *layer, struct cow_progress *progress,
			   uint8_t hash[COW_HASH_SIZE]);

/* cow_identity_note - write or replace the identity file beside the raw file @layer. */
int cow_identity_note(struct cow_layer *layer, const uint8_t hash[COW_HASH_SIZE],
		      struct cow_error *error);

/*
 * cow_identity_fill - describe @layer in @parent, for the header of a layer above it. The hash of
 * a raw file comes from its identity file or, if that is missing or out of date, from reading the
 * raw file.
 */
int cow_identity_fill(struct cow_layer *layer, struct cow_progress *progress,
		      struct cow_disk_parent *parent, struct cow_error *error);

/*
 * cow_identity_check - check that @layer is the file that the header of @above describes
 * @named: the caller named @layer; false: only the header of @above names it
 * @seen: set to true if the content was compared; the header then has the current times of the file
 *
 * Fails with -ESTALE if @layer is another file or has changed; @error says what differs.
 */
int cow_identity_check(struct cow_layer *layer, struct cow_layer *above, bool named, bool *seen,
		       const struct cow_options *options, struct cow_error *error);

#endif /* COW_IDENTITY_H */
