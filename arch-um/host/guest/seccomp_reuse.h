/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp_reuse.h - give the process of a space to another user
 *
 * Used by engine_seccomp.c.
 */
#ifndef UM_HOST_SECCOMP_REUSE_H
#define UM_HOST_SECCOMP_REUSE_H

#include "guest/seccomp_space.h"

/* host_seccomp_reuse - prepare @space, which has no mappings, for another user. 0 or -errno. */
int host_seccomp_reuse(struct seccomp_space *space);

/*
 * host_seccomp_reuse_begin - call before each run of a space that is still unproven.
 * host_seccomp_reuse_continues - call after such a run. @ran: the space got the turn. True: no code
 * of the new user has run, so the space is to run again with the same registers.
 */
void host_seccomp_reuse_begin(struct seccomp_space *space);
bool host_seccomp_reuse_continues(struct seccomp_space *space, bool ran);

#endif /* UM_HOST_SECCOMP_REUSE_H */
