// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_disks.c - add the disks that the command line names, and hot-plug others
 *
 * ubd<n>=FILE[,BASE][,flag]... on the command line, or `add` on the control socket
 * (ubd_control.c), adds disk n. If its file cannot be opened, the disk is missing and one
 * line says why. When the machine shuts down, each disk is closed after its last request: the
 * layers of the disk are then clean, and other processes may open them.
 */
#include "kernel/ubd_disks.h"

#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/major.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <asm/um_irq.h>
#include "kernel/ubd.h"
#include "kernel/ubd_disk.h"

/* The disks by number. The array changes only under ubd_mutex. */
static struct ubd_disk *ubd_disks[UBD_DISKS];
static DEFINE_MUTEX(ubd_mutex);

/* The last option for each disk on the command line, without "ubd": "0ro=FILE,flags". */
static const char *ubd_settings[UBD_DISKS];

static int ubd_copy_names(struct ubd_disk *ubd)
{
	const struct ubd_option *option = &ubd->option;

	snprintf(ubd->name, sizeof(ubd->name), "ubd%c", 'a' + option->index);
	ubd->path = kstrndup(option->path, option->path_size, GFP_KERNEL);
	if (option->base)
		ubd->base = kstrndup(option->base, option->base_size, GFP_KERNEL);
	return ubd->path && (ubd->base || !option->base) ? 0 : -ENOMEM;
}

/* Create the disk that @setting, "0ro=FILE,flags", describes. Called under ubd_mutex. */
static int ubd_create(const char *setting)
{
	struct ubd_disk *ubd = kzalloc(sizeof(*ubd), GFP_KERNEL);
	char *option = kasprintf(GFP_KERNEL, "ubd%s", setting), *value;
	const char *why = "";
	int error = -ENOMEM;

	if (!ubd || !option)
		goto out_free;
	value = strchrnul(option, '=');
	if (*value)
		*value++ = 0;
	error = ubd_option_parse(option, value, &ubd->option, &why);
	if (error) {
		pr_err("%s=%s: %s, no disk\n", option, value, why);
		goto out_free;
	}
	error = -EBUSY;
	if (ubd_disks[ubd->option.index])
		goto out_free;
	error = ubd_copy_names(ubd);
	if (error)
		goto out_free;
	error = ubd_store_open(ubd);
	if (error)
		goto out_free;
	error = ubd_gendisk_add(ubd);
	if (error) {
		pr_err("%s: %s: error %d, no disk\n", ubd->name, ubd->path, -error);
		goto out_close;
	}
	ubd_disks[ubd->option.index] = ubd;
	kfree(option);
	return 0;

out_close:
	ubd_store_close(ubd);
out_free:
	kfree(option);
	if (ubd)
		ubd_disk_free(ubd);
	return error;
}

/* ---- while the machine runs --------------------------------------------------- */

/* Start the worker threads with the first disk, so a machine without disks has no workers. */
static int ubd_start(void)
{
	static bool started;
	int error;

	if (started)
		return 0;
	error = ubd_worker_start();
	if (!error)
		error = um_irq_register_worker(ubd_io_finished, NULL);
	if (error)
		pr_err("ubd: no host threads (error %d), no disks\n", -error);
	else
		started = true;
	return error;
}

int ubd_disks_add(const char *setting)
{
	int error;

	mutex_lock(&ubd_mutex);
	error = ubd_start();
	if (!error)
		error = ubd_create(setting);
	mutex_unlock(&ubd_mutex);
	return error;
}

int ubd_disks_remove(unsigned int index)
{
	struct ubd_disk *ubd;
	int error = 0;

	mutex_lock(&ubd_mutex);
	ubd = ubd_disks[index];
	if (!ubd)
		error = -ENODEV;
	else if (disk_openers(ubd->gendisk))
		error = -EBUSY;
	if (!error) {
		ubd_disks[index] = NULL;
		del_gendisk(ubd->gendisk);
		ubd_store_close(ubd);
		put_disk(ubd->gendisk);
	}
	mutex_unlock(&ubd_mutex);
	return error;
}

int ubd_disks_grow(unsigned int index, u64 size, char why[UBD_WHY_SIZE])
{
	struct ubd_disk *ubd;
	int error = -ENODEV;

	mutex_lock(&ubd_mutex);
	ubd = ubd_disks[index];
	if (ubd) {
		blk_mq_freeze_queue(ubd->gendisk->queue);
		error = ubd_store_grow(ubd, size, why);
		blk_mq_unfreeze_queue(ubd->gendisk->queue);
		if (!error)
			set_capacity_and_notify(ubd->gendisk, ubd->store.size >> SECTOR_SHIFT);
	}
	mutex_unlock(&ubd_mutex);
	return error;
}

const struct ubd_disk *ubd_disks_get(unsigned int index)
{
	return ubd_disks[index];
}

/* Shutdown: let no new request start, wait for those under way, close the layers cleanly. */
static int ubd_end(struct notifier_block *block, unsigned long event, void *data)
{
	unsigned int i;

	for (i = 0; i < UBD_DISKS; i++) {
		if (!ubd_disks[i])
			continue;
		blk_mq_freeze_queue(ubd_disks[i]->gendisk->queue);
		ubd_store_close(ubd_disks[i]);
	}
	return NOTIFY_DONE;
}

static struct notifier_block ubd_reboot_notifier = {
	.notifier_call = ubd_end,
	.priority = INT_MIN,		/* run after all notifiers that may still write */
};

/* ---- start ---------------------------------------------------------------------- */

/* Memory cannot be allocated yet: keep a pointer into the command line. */
static int __init ubd_setup(char *setting)
{
	char *end;
	unsigned long index = isdigit(*setting) ? simple_strtoul(setting, &end, 10) :
						  *setting - 'a';

	if (index >= UBD_DISKS)
		return 0;
	ubd_settings[index] = setting;
	return 1;
}
__setup("ubd", ubd_setup);

static int __init ubd_init(void)
{
	unsigned int i;
	int error;

	error = register_blkdev(UBD_MAJOR, "ubd");
	if (error < 0)
		return error;
	register_reboot_notifier(&ubd_reboot_notifier);
	for (i = 0; i < UBD_DISKS; i++)
		if (ubd_settings[i])
			ubd_disks_add(ubd_settings[i]);
	return 0;
}
device_initcall(ubd_init);
