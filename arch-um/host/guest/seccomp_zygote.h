/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp_zygote.h - start the zygote, the first guest process of the seccomp engine
 *
 * Used by engine_seccomp.c and seccomp_process.c.
 */
#ifndef UM_HOST_SECCOMP_ZYGOTE_H
#define UM_HOST_SECCOMP_ZYGOTE_H

#include "guest/space_table.h"

/*
 * host_zygote_check - check that host and processor have what the engine needs. If not, returns
 * -errno, with the reason in @why.
 */
int host_zygote_check(char *why, size_t why_size);

/*
 * host_zygote_start - create the zygote's process, with the slot of the space @zygote. The zygote
 * adds STUB_ACK_READY to @ack_fd when it is ready to fork spaces.
 */
int host_zygote_start(struct host_space *zygote, int ack_fd);

#endif /* UM_HOST_SECCOMP_ZYGOTE_H */
