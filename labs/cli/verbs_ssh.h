/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_ssh.h - declare the table entry of umlab ssh
 */
#ifndef VERBS_SSH_H
#define VERBS_SSH_H

#include "base/verb.h"

extern const struct verb ssh_verb;

#endif
