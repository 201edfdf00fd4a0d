/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_now.h - carry out requests at once, on the machine's own thread
 */
#ifndef UBD_NOW_H
#define UBD_NOW_H

#include "worker/ubd_worker.h"

/*
 * ubd_now - carry out @io if that takes one copy and no waiting. True: done, the result is in
 * @io->error. False: not done; the pieces of a read may have changed.
 */
bool ubd_now(struct ubd_io *io);

#endif /* UBD_NOW_H */
