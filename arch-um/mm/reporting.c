// SPDX-License-Identifier: GPL-2.0-only
/*
 * reporting.c - return pages that the guest has freed to the host
 *
 * Generic code calls pages_report() from a work item, some time after blocks became free. Each
 * block is punched out of the RAM file and reads as zero when it is used again. So an idle machine
 * shrinks to the memory that it uses.
 */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/page_reporting.h>
#include <linux/scatterlist.h>
#include <asm/um_physmem.h>
#include <um/host.h>

/* 128 KB. Smaller blocks are not worth the host call. */
#define REPORT_ORDER 5

static int pages_report(struct page_reporting_dev_info *info, struct scatterlist *list,
			unsigned int nr)
{
	struct scatterlist *entry;
	unsigned int i;
	int error;

	for_each_sg(list, entry, nr, i) {
		error = host_ram_discard(page_to_phys(sg_page(entry)) - um_image_size,
					 entry->length);
		if (error)
			return error;
	}
	return 0;
}

static struct page_reporting_dev_info reporting_info = {
	.report = pages_report,
	.order = REPORT_ORDER,
};

static int __init reporting_init(void)
{
	return page_reporting_register(&reporting_info);
}
late_initcall(reporting_init);
