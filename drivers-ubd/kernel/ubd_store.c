// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_store.c - open, close and grow the file or files that a disk is stored in
 *
 * ubd_disks.c calls these functions in task context. Each submits a job to the worker threads
 * (worker/ubd_job.c) and prints or returns the job's messages. While a leased file is open, a
 * work item renews the lease.
 */
#include "kernel/ubd_store.h"

#include <linux/slab.h>
#include <linux/string.h>
#include "kernel/ubd_call.h"
#include "kernel/ubd_disk.h"

/* ---- lease ------------------------------------------------------------------------- */

static void lease_beat(struct work_struct *work)
{
	struct ubd_disk *ubd = container_of(to_delayed_work(work), struct ubd_disk, beat);
	int error = ubd_call(ubd_job_beat, &ubd->store);

	if (error == -ESTALE) {
		pr_err("%s: %s: another process broke the lease and may write to the file, "
		       "so this machine stops writing to it\n", ubd->name, ubd->path);
		return;
	}
	schedule_delayed_work(&ubd->beat, UBD_BEAT_SECONDS * HZ);
}

/* ---- open, close --------------------------------------------------------------------- */

static void print_notes(const struct ubd_disk *ubd, char *notes)
{
	char *line;

	while ((line = strsep(&notes, "\n")))
		if (*line)
			pr_notice("%s: %s\n", ubd->name, line);
}

static int check_size(const struct ubd_disk *ubd, u64 file_size)
{
	if (!ubd->store.size) {
		pr_err("%s: %s: not a file with at least one sector, no disk\n", ubd->name,
		       ubd->path);
		return -EINVAL;
	}
	if (file_size != ubd->store.size)
		pr_warn("%s: %s: the last %llu bytes do not fill a sector and are left out\n",
			ubd->name, ubd->path, file_size - ubd->store.size);
	return 0;
}

int ubd_store_open(struct ubd_disk *ubd)
{
	const struct ubd_option *option = &ubd->option;
	struct ubd_open_job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	int error;

	if (!job)
		return -ENOMEM;
	job->store = &ubd->store;
	job->path = ubd->path;
	job->base = ubd->base;
	job->read_only = option->read_only;
	job->shared = option->shared;
	job->raw = option->raw;
	error = ubd_call(ubd_job_open, job);
	print_notes(ubd, job->notes);
	if (error) {
		pr_err("%s: %s, no disk\n", ubd->name, job->error);
		goto out_free;
	}
	if (job->created)
		pr_notice("%s: %s: made as an overlay on %s\n", ubd->name, ubd->path, ubd->base);
	if (job->fell_back) {
		pr_notice("%s: %s: may not be written, so the disk is read-only (%s)\n",
			  ubd->name, ubd->path, job->why_fell_back);
		ubd->option.read_only = true;
	}
	INIT_DELAYED_WORK(&ubd->beat, lease_beat);
	if (ubd->store.leased)
		schedule_delayed_work(&ubd->beat, UBD_BEAT_SECONDS * HZ);
	error = check_size(ubd, job->file_size);
	if (error)
		ubd_store_close(ubd);
out_free:
	kfree(job);
	return error;
}

void ubd_store_close(struct ubd_disk *ubd)
{
	int error;

	cancel_delayed_work_sync(&ubd->beat);
	error = ubd_call(ubd_job_close, &ubd->store);
	if (error)
		pr_err("%s: %s: not closed cleanly (error %d): writes that no flush has confirmed "
		       "may be lost\n", ubd->name, ubd->path, -error);
}

/* ---- grow ---------------------------------------------------------------------------- */

int ubd_store_grow(struct ubd_disk *ubd, u64 size, char why[UBD_WHY_SIZE])
{
	struct ubd_grow_job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	int error;

	if (!job)
		return -ENOMEM;
	job->store = &ubd->store;
	job->size = size;
	error = ubd_call(ubd_job_grow, job);
	if (error)
		strscpy(why, job->error, UBD_WHY_SIZE);
	kfree(job);
	return error;
}
