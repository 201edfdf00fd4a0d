// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_call.c - run a job on a worker thread and sleep until it is done
 *
 * Opening, closing or growing a disk may block for a long time on the host. So ubd_store.c lets a
 * worker do this (worker/ubd_job.c), while the calling task sleeps and the machine runs on.
 */
#include "kernel/ubd_call.h"

#include <linux/completion.h>
#include <linux/irqflags.h>
#include <linux/slab.h>
#include "worker/ubd_worker.h"

struct ubd_call {
	struct ubd_io io;
	struct completion done;
};

int ubd_call(int (*job)(void *arg), void *arg)
{
	struct ubd_call *call = kzalloc(sizeof(*call), GFP_KERNEL);
	unsigned long flags;
	int error;

	if (!call)
		return -ENOMEM;
	init_completion(&call->done);
	call->io.op = UBD_CALL;
	call->io.call = job;
	call->io.arg = arg;
	local_irq_save(flags);
	ubd_worker_submit(&call->io);
	local_irq_restore(flags);
	ubd_worker_kick();
	wait_for_completion(&call->done);
	error = call->io.error;
	kfree(call);
	return error;
}

void ubd_call_done(struct ubd_io *io)
{
	complete(&container_of(io, struct ubd_call, io)->done);
}
