/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_slirp.h - uplink backend: connects a machine to the internet through libslirp
 */
#ifndef UPLINK_SLIRP_H
#define UPLINK_SLIRP_H

#include "uplink/uplink.h"

extern const struct uplink_backend uplink_slirp;

#endif /* UPLINK_SLIRP_H */
