/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * complete.h - offer names for TAB: machines, labs, images, snapshots, collision domains
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include "base/verb_complete.h"

/* Offers the names of a kind that only umlab knows ("machine", "image"); used in struct program. */
void umlab_complete(struct completion *completion, const char *kind);

#endif
