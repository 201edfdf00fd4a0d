/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fp_state.h - find out the size and form of the FP state on this processor
 *
 * host_fp_size(), host_fp_features() and host_fp_default() are declared in um/host.h.
 */
#ifndef UM_HOST_FP_STATE_H
#define UM_HOST_FP_STATE_H

#include <um/types.h>

/* host_fp_init - find out which FP state the processor has. Called before any engine is tried. */
void host_fp_init(void);

/* host_fp_xsave - does the processor have XSAVE, and has the host enabled it? */
bool host_fp_xsave(void);

#endif /* UM_HOST_FP_STATE_H */
