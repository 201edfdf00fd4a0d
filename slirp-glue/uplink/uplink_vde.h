/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_vde.h - uplink backend: connects to any network that libvdeplug can open
 */
#ifndef UPLINK_VDE_H
#define UPLINK_VDE_H

#include "uplink/uplink.h"

extern const struct uplink_backend uplink_vde;

#endif /* UPLINK_VDE_H */
