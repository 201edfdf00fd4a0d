/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_pack.h - umlab-disk pack, unpack; listed in umlab_disk.c
 */
#ifndef TOOL_PACK_H
#define TOOL_PACK_H

#include "base/verb.h"

extern const struct verb pack_verb, unpack_verb;

#endif /* TOOL_PACK_H */
