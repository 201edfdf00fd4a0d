/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * umlab_notes.h - hold the sections of umlab(1) that are not made from the table of verbs
 */
#ifndef UMLAB_NOTES_H
#define UMLAB_NOTES_H

#include "base/verb.h"

extern const char umlab_description[];
extern const struct verb_note umlab_notes[];

#endif
