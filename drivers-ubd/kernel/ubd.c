// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd.c - driver of the block devices /dev/ubda ... /dev/ubdp: requests and disks
 *
 * This blk-mq driver has one queue per disk, and major 98 with 16 minors for each disk. ubd_disks.c
 * decides which disks exist, ubd_store.c opens the files in which they are stored, and cow/ knows
 * whether a file is a raw disk or a layer. blk-mq submits requests in task context and completes
 * them in softirqs.
 *
 * A request becomes a struct ubd_io that points at the pages of the request and goes to the worker
 * threads (worker/ubd_worker.c). The workers' host event brings the request back in hard interrupt
 * context, and blk-mq completes the request in a softirq. A request that only copies between guest
 * memory and the host's page cache is carried out at once (ubd_now.c). Two thread switches would
 * cost ten times as much.
 *
 * The host's page cache is the volatile cache of this disk. FLUSH and FUA call fdatasync; after a
 * failed fdatasync no later flush succeeds (worker/ubd_worker.c). With ",sync" every write is
 * durable.
 */
#include "kernel/ubd.h"

#include <linux/blk-mq.h>
#include <linux/hdreg.h>
#include <linux/major.h>
#include <linux/sched/stat.h>
#include <linux/slab.h>
#include "kernel/ubd_call.h"
#include "kernel/ubd_disk.h"
#include "kernel/ubd_now.h"

enum {
	UBD_MINORS = 16,
	UBD_MAX_SECTORS = 2048,		/* one request: 1 MB */
	UBD_NOW_SIZE = 64 * 1024,	/* larger copies only while no other task is runnable */
};

/* ---- requests ------------------------------------------------------------- */

static blk_status_t ubd_status(int error)
{
	switch (error) {
	case 0:
		return BLK_STS_OK;
	case -ENOSPC:
	case -EDQUOT:
	case -EFBIG:
		return BLK_STS_NOSPC;
	case -EOPNOTSUPP:
		return BLK_STS_NOTSUPP;
	default:
		return BLK_STS_IOERR;
	}
}

/* Point @io at the pages of @rq. RAM is mapped linearly, so nothing is copied or mapped. */
static bool ubd_map_pages(struct request *rq, struct ubd_io *io)
{
	struct req_iterator iter;
	struct host_iovec *last = NULL;
	struct bio_vec bvec;

	rq_for_each_bvec(bvec, rq, iter) {
		void *base = page_address(bvec.bv_page) + bvec.bv_offset;

		if (last && last->base + last->size == base) {
			last->size += bvec.bv_len;
			continue;
		}
		if (WARN_ON_ONCE(io->nr_vec == UBD_SEGMENTS))
			return false;
		last = &io->vec[io->nr_vec++];
		last->base = base;
		last->size = bvec.bv_len;
	}
	return true;
}

static blk_status_t ubd_fill_io(struct ubd_disk *ubd, struct request *rq, struct ubd_io *io)
{
	io->store = &ubd->store;
	io->offset = (u64)blk_rq_pos(rq) << SECTOR_SHIFT;
	io->size = blk_rq_bytes(rq);
	io->durable = (rq->cmd_flags & REQ_FUA) || ubd->option.sync;
	io->nr_vec = 0;
	io->error = 0;

	switch (req_op(rq)) {
	case REQ_OP_READ:
		io->op = UBD_READ;
		break;
	case REQ_OP_WRITE:
		io->op = UBD_WRITE;
		break;
	case REQ_OP_WRITE_ZEROES:
		io->op = UBD_ZERO;
		return BLK_STS_OK;
	case REQ_OP_DISCARD:
		io->op = UBD_DISCARD;
		return BLK_STS_OK;
	case REQ_OP_FLUSH:
		io->op = UBD_FLUSH;
		return BLK_STS_OK;
	default:
		return BLK_STS_NOTSUPP;
	}
	return ubd_map_pages(rq, io) ? BLK_STS_OK : BLK_STS_IOERR;
}

static void ubd_report(struct request *rq, const struct ubd_io *io)
{
	static const char *const verbs[] = {
		[UBD_READ] = "read", [UBD_WRITE] = "write", [UBD_ZERO] = "zero",
		[UBD_DISCARD] = "discard",
	};
	const struct ubd_disk *ubd = rq->q->queuedata;

	if (io->error == -EOPNOTSUPP)
		return;
	if (io->op == UBD_FLUSH) {
		pr_err_ratelimited("%s: %s: cannot flush (error %d): the host may have lost data, "
				   "so every later flush fails too\n",
				   ubd->name, ubd->path, -io->error);
		return;
	}
	if (io->error == -EPERM && io->op == UBD_WRITE) {
		pr_err_ratelimited("%s: %s: refused to write the header of an overlay to the start "
				   "of a raw disk; the flag nocow allows it\n",
				   ubd->name, ubd->path);
		return;
	}
	pr_err_ratelimited("%s: %s: cannot %s %llu bytes at %llu: error %d\n", ubd->name,
			   ubd->path, verbs[io->op], io->size, io->offset, -io->error);
}

/* Carry out @rq on this thread if that is quicker. False: not done, give @rq to a worker. */
static bool ubd_do_now(struct request *rq, struct ubd_io *io)
{
	if (io->size > UBD_NOW_SIZE && nr_running() > 1)
		return false;
	if (ubd_now(io))
		return true;
	/* The attempt may have changed the pieces of the request: set them again. */
	if (io->op == UBD_READ) {
		io->nr_vec = 0;
		ubd_map_pages(rq, io);
	}
	return false;
}

static blk_status_t ubd_queue_rq(struct blk_mq_hw_ctx *hctx,
				 const struct blk_mq_queue_data *bd)
{
	struct request *rq = bd->rq;
	struct ubd_io *io = blk_mq_rq_to_pdu(rq);
	unsigned long flags;
	blk_status_t status;

	status = ubd_fill_io(hctx->queue->queuedata, rq, io);
	if (status != BLK_STS_OK)
		return status;

	blk_mq_start_request(rq);
	if (ubd_do_now(rq, io)) {
		if (io->error)
			ubd_report(rq, io);
		blk_mq_end_request(rq, ubd_status(io->error));
	} else {
		local_irq_save(flags);
		ubd_worker_submit(io);
		local_irq_restore(flags);
	}
	/* Kick once for the whole batch, even if its last request went to no worker. */
	if (bd->last)
		ubd_worker_kick();
	return BLK_STS_OK;
}

static void ubd_commit_rqs(struct blk_mq_hw_ctx *hctx)
{
	ubd_worker_kick();
}

static void ubd_complete_rq(struct request *rq)
{
	struct ubd_io *io = blk_mq_rq_to_pdu(rq);

	blk_mq_end_request(rq, ubd_status(io->error));
}

/* Keep waiting: the worker uses the request's memory, so only the worker can end the request. */
static enum blk_eh_timer_return ubd_timeout(struct request *rq)
{
	return BLK_EH_RESET_TIMER;
}

static const struct blk_mq_ops ubd_mq_ops = {
	.queue_rq = ubd_queue_rq,
	.commit_rqs = ubd_commit_rqs,
	.complete = ubd_complete_rq,
	.timeout = ubd_timeout,
};

void ubd_io_finished(void *data)
{
	struct ubd_io *io = ubd_worker_collect(), *next;

	for (; io; io = next) {
		struct request *rq = blk_mq_rq_from_pdu(io);

		next = io->next;
		if (io->op == UBD_CALL) {
			ubd_call_done(io);
			continue;
		}
		if (io->error)
			ubd_report(rq, io);
		blk_mq_complete_request(rq);
	}
}

/* ---- disks ----------------------------------------------------------------- */

static int ubd_getgeo(struct block_device *bdev, struct hd_geometry *geo)
{
	geo->heads = 128;
	geo->sectors = 32;
	geo->cylinders = get_capacity(bdev->bd_disk) / (128 * 32);
	return 0;
}

void ubd_disk_free(struct ubd_disk *ubd)
{
	kfree(ubd->path);
	kfree(ubd->base);
	kfree(ubd);
}

/* Free a disk after the last user of the device has closed it. */
static void ubd_free_disk(struct gendisk *gendisk)
{
	struct ubd_disk *ubd = gendisk->private_data;

	blk_mq_free_tag_set(&ubd->tags);
	ubd_disk_free(ubd);
}

static const struct block_device_operations ubd_fops = {
	.owner = THIS_MODULE,
	.getgeo = ubd_getgeo,
	.free_disk = ubd_free_disk,
};

static ssize_t serial_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct ubd_disk *ubd = dev_to_disk(dev)->private_data;

	return sysfs_emit(buf, "%s\n", ubd->option.serial);
}
static DEVICE_ATTR_RO(serial);

static umode_t ubd_attr_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	const struct ubd_disk *ubd = dev_to_disk(kobj_to_dev(kobj))->private_data;

	return ubd->option.serial[0] ? attr->mode : 0;
}

static struct attribute *ubd_attrs[] = {
	&dev_attr_serial.attr,
	NULL,
};

static const struct attribute_group ubd_group = {
	.attrs = ubd_attrs,
	.is_visible = ubd_attr_visible,
};

/* For a disk whose setup failed: the caller frees the disk, so put_disk() must not. */
static const struct block_device_operations ubd_no_fops = {
	.owner = THIS_MODULE,
};

static const struct attribute_group *ubd_groups[] = {
	&ubd_group,
	NULL,
};

static struct gendisk *ubd_alloc_gendisk(struct ubd_disk *ubd)
{
	const struct ubd_option *option = &ubd->option;
	bool can_write = !option->read_only;
	u32 granularity = can_write && !option->no_discard ? ubd->store.discard_granularity : 0;
	struct queue_limits limits = {
		.logical_block_size = SECTOR_SIZE,
		.physical_block_size = 4096,
		.max_hw_sectors = UBD_MAX_SECTORS,
		.max_segments = UBD_SEGMENTS,
		.max_segment_size = UINT_MAX,
		.seg_boundary_mask = ULONG_MAX,
		.dma_alignment = 3,	/* the host copies to any address */
		.discard_granularity = granularity,
		.max_hw_discard_sectors = granularity ? UINT_MAX >> SECTOR_SHIFT : 0,
		.max_write_zeroes_sectors = can_write ? UINT_MAX >> SECTOR_SHIFT : 0,
		.features = option->sync ? 0 : BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA,
	};

	return blk_mq_alloc_disk(&ubd->tags, &limits, ubd);
}

int ubd_gendisk_add(struct ubd_disk *ubd)
{
	struct gendisk *gendisk;
	int error;

	ubd->tags.ops = &ubd_mq_ops;
	ubd->tags.nr_hw_queues = 1;
	ubd->tags.queue_depth = UBD_DEPTH;
	ubd->tags.numa_node = NUMA_NO_NODE;
	ubd->tags.cmd_size = sizeof(struct ubd_io);
	ubd->tags.flags = BLK_MQ_F_SHOULD_MERGE | BLK_MQ_F_NO_SCHED_BY_DEFAULT;
	error = blk_mq_alloc_tag_set(&ubd->tags);
	if (error)
		return error;

	gendisk = ubd_alloc_gendisk(ubd);
	if (IS_ERR(gendisk)) {
		error = PTR_ERR(gendisk);
		goto out_tags;
	}
	ubd->gendisk = gendisk;
	gendisk->major = UBD_MAJOR;
	gendisk->first_minor = ubd->option.index * UBD_MINORS;
	gendisk->minors = UBD_MINORS;
	gendisk->fops = &ubd_fops;
	gendisk->private_data = ubd;
	strscpy(gendisk->disk_name, ubd->name, sizeof(gendisk->disk_name));
	set_capacity(gendisk, ubd->store.size >> SECTOR_SHIFT);
	set_disk_ro(gendisk, ubd->option.read_only);

	error = device_add_disk(NULL, gendisk, ubd_groups);
	if (error)
		goto out_gendisk;
	return 0;

out_gendisk:
	gendisk->private_data = NULL;
	gendisk->fops = &ubd_no_fops;
	put_disk(gendisk);
out_tags:
	blk_mq_free_tag_set(&ubd->tags);
	return error;
}
