/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * complete.h - offer names for TAB: machines, labs, images, snapshots, collision domains
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include "base/verb_complete.h"

/* Offers names for the kinds "machine", "image" and so on. This is complete() of struct program. */
void umlab_complete(struct completion *completion, const char *kind);

#endif
