/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_nbd.h - umlab-disk nbd; listed in umlab_disk.c
 */
#ifndef TOOL_NBD_H
#define TOOL_NBD_H

#include "base/verb.h"

extern const struct verb nbd_verb;

#endif /* TOOL_NBD_H */
