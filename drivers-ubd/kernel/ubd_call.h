/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_call.h - run a job on a worker thread and sleep until it is done
 */
#ifndef UBD_CALL_H
#define UBD_CALL_H

struct ubd_io;

/* ubd_call - run @job(@arg), a ubd_job_*(). Returns its result, or -ENOMEM. Task context. */
int ubd_call(int (*job)(void *arg), void *arg);

/* ubd_call_done - wake the caller of @io, a UBD_CALL request that is finished. Hard interrupt. */
void ubd_call_done(struct ubd_io *io);

#endif /* UBD_CALL_H */
