/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * space_limit.h - limit the host processes of this machine
 */
#ifndef UM_GUEST_SPACE_LIMIT_H
#define UM_GUEST_SPACE_LIMIT_H

#include <um/types.h>

/* host_space_limit_take - count one more space. False: the machine has as many as it may have. */
bool host_space_limit_take(void);
/* host_space_limit_put - count one space less. */
void host_space_limit_put(void);

#endif /* UM_GUEST_SPACE_LIMIT_H */
