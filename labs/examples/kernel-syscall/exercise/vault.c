// SPDX-License-Identifier: GPL-2.0-only
/*
 * vault.c - provide /dev/vault, which opens when somebody writes the right number
 *
 * Students load this module into the guest of the lab with `umlab module` (README.md).
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/random.h>

static u32 secret;
static bool is_open;

static noinline bool vault_try(u32 number)
{
	is_open = is_open || number == secret;
	return is_open;
}

static ssize_t vault_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	u32 number;
	int error = kstrtou32_from_user(from, size, 10, &number);

	if (error)
		return error;
	return vault_try(number) ? size : -EACCES;
}

static ssize_t vault_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	const char *word = is_open ? "open\n" : "closed\n";

	return simple_read_from_buffer(to, size, pos, word, strlen(word));
}

static const struct file_operations vault_operations = {
	.owner = THIS_MODULE,
	.read = vault_read,
	.write = vault_write,
};

static struct miscdevice vault_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vault",
	.fops = &vault_operations,
};

static int __init vault_init(void)
{
	secret = get_random_u32();
	return misc_register(&vault_device);
}

static void __exit vault_exit(void)
{
	misc_deregister(&vault_device);
}

module_init(vault_init);
module_exit(vault_exit);
MODULE_LICENSE("GPL");
