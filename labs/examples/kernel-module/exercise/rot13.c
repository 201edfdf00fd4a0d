// SPDX-License-Identifier: GPL-2.0-only
/*
 * rot13.c - implement a character device; to be completed
 *
 * Students load this module into the guest of the lab with `umlab module` (README.md).
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

static char text[16];			/* one for all open files: is that right? */
static size_t used;

static ssize_t rot13_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	used = min(size, sizeof(text));
	if (copy_from_user(text, from, used))
		return -EFAULT;
	return size;
}

static ssize_t rot13_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	return simple_read_from_buffer(to, size, pos, text, used);
}

static const struct file_operations rot13_operations = {
	.owner = THIS_MODULE,
	.read = rot13_read,
	.write = rot13_write,
};

static struct miscdevice rot13_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "rot13",
	.fops = &rot13_operations,
};
module_misc_device(rot13_device);
MODULE_LICENSE("GPL");
