// SPDX-License-Identifier: GPL-2.0-only
/*
 * physmem.c - create guest RAM as one sparse memory file
 *
 * setup_arch() calls physmem_setup() once at boot. Guest-physical address 0 is the start of the
 * kernel image (um/layout.h). RAM starts at the next 2 MB boundary after the image and is a memfd.
 * Spaces map pages of this memfd. The offset of a page in the memfd is its guest-physical address
 * minus um_image_size. Pages of the image can never be mapped into a space and are never freed.
 */
#include <asm/um_physmem.h>

#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <asm/sections.h>
#include <um/host.h>
#include <um/upcall.h>

#define RAM_MIN		(16 * SZ_1M)
#define RAM_DEFAULT_MAX	(2UL * SZ_1G)

unsigned long um_image_size;

/* The line in /proc/iomem. */
static struct resource um_ram = {
	.name = "System RAM",
	.flags = IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY,
};

static int __init physmem_register(void)
{
	return request_resource(&iomem_resource, &um_ram);
}
subsys_initcall(physmem_register);

unsigned long um_ram_end;
EXPORT_SYMBOL(um_ram_end);

/*
 * Returns a quarter of the host's RAM, but at least 256 MB and at most 2 GB. Sparse memory costs
 * the host nothing until it is touched, but the guest touches 1.6 % of it at boot for page
 * descriptors.
 */
static u64 __init default_size(u64 host_size)
{
	u64 size = host_size ? host_size / 4 : SZ_256M;

	return clamp_t(u64, round_down(size, SZ_2M), SZ_256M, RAM_DEFAULT_MAX);
}

static void __init physmem_fail(u64 size, int error)
{
	char line[200];
	int length;

	length = scnprintf(line, sizeof(line),
		"linux: mem=: host refuses %llu MB of memory (error %d%s); use a smaller mem=\n",
		size >> 20, -error,
		error == -ENOMEM ? ", address space limit or out of memory" :
		error == -EFBIG ? ", file size limit" : "");
	host_print(line, length);
	host_exit(1);
}

void __init physmem_setup(u64 requested_size, const struct um_boot *boot)
{
	u64 size = requested_size ?: default_size(boot->host_memory_size);
	unsigned long start = round_up((unsigned long)_end, SZ_2M);
	int error;

	size = round_up(size, SZ_2M);
	if (size < RAM_MIN || size > UM_RAM_MAX)
		physmem_fail(size, -EINVAL);
	error = host_ram_create((void *)start, size);
	if (error)
		physmem_fail(size, error);

	um_image_size = start - PAGE_OFFSET;
	um_ram_end = start + size;
	um_ram.start = um_image_size;
	um_ram.end = um_image_size + size - 1;
	memblock_add(0, um_image_size + size);
	memblock_reserve(0, um_image_size);
}
