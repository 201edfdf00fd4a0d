// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_open.c - open, make, close and grow what a disk is kept in
 *
 * All of that may wait for the host, read a whole base and needs more stack than kernel
 * code has: so it runs on a worker thread (ubd_worker.c), as a request that is a function,
 * and the caller sleeps meanwhile. The *_job functions below are what the workers run:
 * they must not touch the kernel, so what they have to say is kept as text.
 */
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/slab.h>
#include "worker/ubd_cow_io.h"
#include "kernel/ubd_internal.h"

#include <lease.h>

/* ---- calls --------------------------------------------------------------------- */

struct ubd_call {
	struct ubd_io io;
	struct completion done;
};

void ubd_call_done(struct ubd_io *io)
{
	complete(&container_of(io, struct ubd_call, io)->done);
}

int ubd_call(int (*fn)(void *arg), void *arg)
{
	struct ubd_call *call = kzalloc(sizeof(*call), GFP_KERNEL);
	unsigned long flags;
	int error;

	if (!call)
		return -ENOMEM;
	init_completion(&call->done);
	call->io.op = UBD_CALL;
	call->io.call = fn;
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

/* ---- open ---------------------------------------------------------------------- */

struct open_job {
	const char *path, *base;
	unsigned int flags;
	bool created;
	bool fell_back;			/* could not be written */
	struct cow_chain *chain;
	struct cow_error error, why_fell_back;
	char notes[2048];		/* lines */
};

static void job_note(void *data, const char *text)
{
	struct open_job *job = data;
	size_t used = strlen(job->notes);

	cow_text(job->notes + used, sizeof(job->notes) - used, "%s\n", text);
}

static int job_try(struct open_job *job, unsigned int flags)
{
	const struct cow_options options = {
		.flags = flags,
		.base = job->base,
		.note = job_note,
		.data = job,
	};

	return cow_chain_open(&ubd_cow_io, job->path, &options, &job->chain, &job->error);
}

static int open_job(void *arg)
{
	struct open_job *job = arg;
	int fd, ret;

	if (job->base) {
		fd = host_file_open(job->path, HOST_O_READ | HOST_O_NONBLOCK, 0);
		if (fd == -ENOENT) {
			const struct cow_create create = { .base = job->base };

			ret = cow_create(&ubd_cow_io, job->path, &create, &job->error);
			if (ret)
				return ret;
			job->created = true;
		} else if (fd >= 0) {
			host_file_close(fd);
		}
	}
	ret = job_try(job, job->flags);
	if (job->flags & COW_LAYER_WRITE && (ret == -EACCES || ret == -EPERM || ret == -EROFS)) {
		job->why_fell_back = job->error;
		job->fell_back = true;
		ret = job_try(job, job->flags & ~COW_LAYER_WRITE);
	}
	return ret;
}

static void beat(struct work_struct *work);

static void print_notes(const struct ubd_disk *ubd, char *notes)
{
	char *line;

	while ((line = strsep(&notes, "\n")))
		if (*line)
			pr_notice("%s: %s\n", ubd->name, line);
}

static int check_size(struct ubd_disk *ubd)
{
	const struct cow_chain *chain = ubd->store.chain;

	if (chain->size < SECTOR_SIZE) {
		pr_err("%s: %s: not a file with at least one sector, no disk\n", ubd->name, ubd->path);
		return -EINVAL;
	}
	if (chain->size % SECTOR_SIZE)
		pr_warn("%s: %s: the last %llu bytes are no whole sector and are left out\n",
			ubd->name, ubd->path, chain->size % SECTOR_SIZE);
	return 0;
}

int ubd_open_store(struct ubd_disk *ubd)
{
	const struct ubd_option *option = &ubd->option;
	struct open_job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	int error;

	if (!job)
		return -ENOMEM;
	job->path = ubd->path;
	job->base = ubd->base;
	job->flags = (option->read_only ? 0 : COW_LAYER_WRITE) | (option->shared ? COW_LAYER_SHARED : 0) |
		     (option->raw ? COW_LAYER_RAW : 0);
	error = ubd_call(open_job, job);
	print_notes(ubd, job->notes);
	if (error) {
		pr_err("%s: %s, no disk\n", ubd->name, job->error.text);
		goto out_free;
	}
	if (job->created)
		pr_notice("%s: %s: made as an overlay on %s\n", ubd->name, ubd->path, ubd->base);
	if (job->fell_back) {
		pr_notice("%s: %s: may not be written, so the disk is read-only (%s)\n", ubd->name, ubd->path,
			  job->why_fell_back.text);
		ubd->option.read_only = true;
	}
	ubd_chain_init(&ubd->store, job->chain);
	INIT_DELAYED_WORK(&ubd->beat, beat);
	if (job->chain->layers[0]->lease)
		schedule_delayed_work(&ubd->beat, COW_LEASE_BEAT * HZ);
	error = check_size(ubd);
	if (error)
		ubd_close_store(ubd);
out_free:
	kfree(job);
	return error;
}

/* ---- signs of life ----------------------------------------------------------------- */

static int beat_job(void *arg)
{
	struct cow_layer *top = ((struct cow_chain *)arg)->layers[0];
	int ret = cow_lease_beat(top->lease);

	/* Somebody else may be writing: nothing more from us. */
	if (ret == -ESTALE)
		top->lost = -ESTALE;
	return ret;
}

static void beat(struct work_struct *work)
{
	struct ubd_disk *ubd = container_of(to_delayed_work(work), struct ubd_disk, beat);
	int error = ubd_call(beat_job, ubd->store.chain);

	if (error == -ESTALE) {
		pr_err("%s: %s: its lease was broken, others may write to it now: nothing is written from here on\n",
		       ubd->name, ubd->path);
		return;
	}
	schedule_delayed_work(&ubd->beat, COW_LEASE_BEAT * HZ);
}

/* ---- close, grow --------------------------------------------------------------------- */

static int close_job(void *arg)
{
	return cow_chain_close(arg);
}

void ubd_close_store(struct ubd_disk *ubd)
{
	int error;

	cancel_delayed_work_sync(&ubd->beat);
	error = ubd_call(close_job, ubd->store.chain);
	if (error)
		pr_err("%s: %s: not closed in order: error %d; what no flush has confirmed may be lost\n",
		       ubd->name, ubd->path, -error);
}

struct grow_job {
	struct cow_chain *chain;
	u64 size;
	struct cow_error error;
};

static int grow_job(void *arg)
{
	struct grow_job *job = arg;
	struct cow_layer *top = job->chain->layers[0];
	struct cow_stat stat;
	int ret;

	if (job->size)
		return cow_chain_grow(job->chain, job->size, &job->error);
	if (top->entry_bits)
		return cow_fail(&job->error, -EINVAL, "%s: an overlay needs a size to grow to", top->path);
	ret = ubd_cow_io.stat(&ubd_cow_io, top->file, &stat);
	if (ret)
		return cow_fail(&job->error, ret, "%s: %s", top->path, cow_reason(ret));
	if (stat.size < job->chain->size)
		return cow_fail(&job->error, -EINVAL, "%s: has become shorter: %U bytes", top->path, stat.size);
	top->size = job->chain->size = stat.size;
	return 0;
}

int ubd_grow_store(struct ubd_disk *ubd, u64 size, char *why)
{
	struct grow_job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	int error;

	if (!job)
		return -ENOMEM;
	job->chain = ubd->store.chain;
	job->size = size;
	error = ubd_call(grow_job, job);
	if (error)
		strscpy(why, job->error.text, 256);
	else
		ubd->store.size = round_down(job->chain->size, SECTOR_SIZE);
	kfree(job);
	return error;
}

bool ubd_store_can_discard(const struct ubd_disk *ubd)
{
	const struct cow_layer *top = ubd->store.chain->layers[0];

	return top->writable && (top->entry_bits == 2 || top->can_punch);
}

unsigned int ubd_store_granularity(const struct ubd_disk *ubd)
{
	const struct cow_layer *top = ubd->store.chain->layers[0];

	return top->entry_bits == 2 ? cow_layer_cluster_size(top) : 4096;
}
