/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * forwards.h - manage the forwards of a libslirp uplink: set by options, changed by commands
 */
#ifndef FORWARDS_H
#define FORWARDS_H

#include <libslirp.h>
#include <stdint.h>
#include "common/mgmt.h"

/* Remembers a forward from the command line for forwards_start(); 0 or -errno. */
int forwards_want(const char *spec);

/*
 * Starts the forwards. @net is the network of the machine, 4 bytes that must stay valid. A
 * forward that fails is reported to the user and left out.
 */
void forwards_start(Slirp *slirp, const uint8_t *net);
void forwards_stop(void);

/* Answers with one line for each forward; each line begins with @prefix. */
void forwards_show(struct mgmt_reply *reply, const char *prefix);

/* Functions of commands, see struct mgmt_command. */
int forwards_do_add(struct mgmt_reply *reply, char **words, int nr_words);
int forwards_do_remove(struct mgmt_reply *reply, char **words, int nr_words);
int forwards_do_list(struct mgmt_reply *reply, char **words, int nr_words);

#endif /* FORWARDS_H */
