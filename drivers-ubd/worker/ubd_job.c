// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_job.c - open, close and grow the files of a disk, and renew their lease, on a worker thread
 *
 * Each job may wait for the host, may read a whole base and needs more stack than kernel code has.
 * So the driver (kernel/ubd_store.c) submits the job as a UBD_CALL request and sleeps until a
 * worker thread has run it. A job cannot print: it leaves its messages in the job's struct, and the
 * driver prints them.
 */
#include "worker/ubd_worker.h"

#include <cow.h>
#include <lease.h>
#include "worker/ubd_chain.h"
#include "worker/ubd_cow_io.h"

_Static_assert(UBD_TEXT_SIZE == sizeof(((struct cow_error *)0)->text), "messages fit");
_Static_assert((int)UBD_BEAT_SECONDS == (int)COW_LEASE_BEAT, "leases are renewed in time");

static void text_keep(char to[UBD_TEXT_SIZE], const struct cow_error *error)
{
	memcpy(to, error->text, UBD_TEXT_SIZE);
}

/* ---- open ---------------------------------------------------------------------- */

static void note_add(void *data, const char *text)
{
	struct ubd_open_job *job = data;
	size_t used = strlen(job->notes);

	cow_text(job->notes + used, sizeof(job->notes) - used, "%s\n", text);
}

static int chain_open(struct ubd_open_job *job, bool write, struct cow_error *error)
{
	const struct cow_options options = {
		.flags = (write ? COW_LAYER_WRITE : 0) |
			 (job->shared ? COW_LAYER_SHARED : 0) |
			 (job->raw ? COW_LAYER_RAW : 0),
		.base = job->base,
		.note = note_add,
		.data = job,
	};
	struct cow_chain *chain;
	int ret = cow_chain_open(&ubd_cow_io, job->path, &options, &chain, error);

	if (ret)
		return ret;
	job->file_size = chain->size;
	ubd_chain_init(job->store, chain);
	return 0;
}

/* "ubd0=new.cow,base.img": create the overlay unless the file exists. */
static int overlay_create(struct ubd_open_job *job, struct cow_error *error)
{
	const struct cow_create create = { .base = job->base };
	int fd = host_file_open(job->path, HOST_O_READ | HOST_O_NONBLOCK, 0), ret;

	if (fd >= 0)
		host_file_close(fd);
	/* Opening the chain reports anything else that is wrong with the file. */
	if (fd != -ENOENT)
		return 0;
	ret = cow_create(&ubd_cow_io, job->path, &create, error);
	job->created = !ret;
	return ret;
}

int ubd_job_open(void *arg)
{
	struct ubd_open_job *job = arg;
	struct cow_error error = { "" };
	int ret = job->base ? overlay_create(job, &error) : 0;

	if (!ret) {
		ret = chain_open(job, !job->read_only, &error);
		if (!job->read_only && (ret == -EACCES || ret == -EPERM || ret == -EROFS)) {
			text_keep(job->why_fell_back, &error);
			job->fell_back = true;
			ret = chain_open(job, false, &error);
		}
	}
	text_keep(job->error, &error);
	return ret;
}

/* ---- lease, close, grow ------------------------------------------------------------ */

int ubd_job_beat(void *arg)
{
	struct ubd_store *store = arg;
	struct cow_layer *top = store->chain->layers[0];
	int ret = cow_lease_beat(top->lease);

	/* Another process may be writing now: write nothing from here on. */
	if (ret == -ESTALE)
		top->lost = -ESTALE;
	return ret;
}

int ubd_job_close(void *arg)
{
	struct ubd_store *store = arg;

	return cow_chain_close(store->chain);
}

/* Set the size of the disk to that of the raw file, which the user has made longer. */
static int follow_file(struct cow_chain *chain, struct cow_error *error)
{
	struct cow_layer *top = chain->layers[0];
	struct cow_stat stat;
	int ret;

	if (top->entry_bits)
		return cow_fail(error, -EINVAL, "%s: an overlay needs a size to grow to",
				top->path);
	ret = ubd_cow_io.stat(&ubd_cow_io, top->file, &stat);
	if (ret)
		return cow_fail(error, ret, "%s: %s", top->path, cow_reason(ret));
	if (stat.size < chain->size)
		return cow_fail(error, -EINVAL, "%s: has become shorter: %U bytes", top->path,
				stat.size);
	top->size = chain->size = stat.size;
	return 0;
}

int ubd_job_grow(void *arg)
{
	struct ubd_grow_job *job = arg;
	struct cow_chain *chain = job->store->chain;
	struct cow_error error = { "" };
	int ret = job->size ? cow_chain_grow(chain, job->size, &error) :
			      follow_file(chain, &error);

	if (ret)
		text_keep(job->error, &error);
	else
		ubd_chain_resized(job->store);
	return ret;
}
