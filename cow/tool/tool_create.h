/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_create.h - umlab-disk create, seal, resize; listed in umlab_disk.c
 */
#ifndef TOOL_CREATE_H
#define TOOL_CREATE_H

#include "base/verb.h"
#include "create.h"

extern const struct verb create_verb, seal_verb, resize_verb;

/*
 * create_options - read --base, --size and --cluster from the command line into @create. Prints an
 * error and returns STATUS_USAGE if one of them is invalid. convert takes these options too.
 */
enum status create_options(const struct verb_args *args, struct cow_create *create);

#endif /* TOOL_CREATE_H */
