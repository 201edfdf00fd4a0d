/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_uplink.h - declare the verbs that run uplinks
 */
#ifndef RUN_UPLINK_H
#define RUN_UPLINK_H

#include "base/verb.h"

extern const struct verb run_slirp_verb, run_vde_verb;

#endif /* RUN_UPLINK_H */
