/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_call.h - run a job on a worker thread and sleep until it is done
 */
#ifndef UBD_CALL_H
#define UBD_CALL_H

struct ubd_io;

/* ubd_call - run @job(@arg), a ubd_job_*() function. Its result, or -ENOMEM. Task context. */
int ubd_call(int (*job)(void *arg), void *arg);

/* ubd_call_done - a worker has finished @io, a UBD_CALL request. Hard interrupt. */
void ubd_call_done(struct ubd_io *io);

#endif /* UBD_CALL_H */
