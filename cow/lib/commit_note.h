/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * commit_note.h - note beside a raw base that an overlay is being committed to it
 */
#ifndef COW_COMMIT_NOTE_H
#define COW_COMMIT_NOTE_H

#include "layer.h"

/* cow_commit_note_write - note beside the raw file @base that @overlay is being committed to it. */
int cow_commit_note_write(const struct cow_layer *base, const struct cow_layer *overlay);
/* cow_commit_note_remove - remove this note. */
void cow_commit_note_remove(const struct cow_layer *base);
/* cow_commit_noted - return whether there is such a note. */
bool cow_commit_noted(const struct cow_layer *base, const struct cow_layer *overlay);

#endif /* COW_COMMIT_NOTE_H */
