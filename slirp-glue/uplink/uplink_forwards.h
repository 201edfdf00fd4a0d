/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_forwards.h - the forwards of an uplink by libslirp: from the start, and changed by commands
 */
#ifndef UPLINK_FORWARDS_H
#define UPLINK_FORWARDS_H

#include <libslirp.h>
#include <stdint.h>
#include "common/mgmt.h"

/* forwards_want - one of the command line, made by forwards_start(); -EINVAL: there are too many. */
int forwards_want(const char *spec);

/* forwards_start - @net: the machine's network, 4 bytes that stay. One that fails is told, no more. */
void forwards_start(Slirp *slirp, const uint8_t *net);
void forwards_stop(void);

/* forwards_show - a line each, after @before. */
void forwards_show(struct mgmt_reply *reply, const char *before);

/* Commands: see struct mgmt_command. */
int forwards_do_add(struct mgmt_reply *reply, char **words, int nr_words);
int forwards_do_remove(struct mgmt_reply *reply, char **words, int nr_words);
int forwards_do_list(struct mgmt_reply *reply, char **words, int nr_words);

#endif /* UPLINK_FORWARDS_H */
