// SPDX-License-Identifier: GPL-2.0-only
/*
 * random.c - offer the host's random source as a hardware random number generator
 *
 * A thread of the generic hwrng code reads from this generator and feeds the guest's entropy pool.
 */
#include <linux/hw_random.h>
#include <linux/init.h>
#include <linux/random.h>
#include <um/host.h>

static int host_rng_read(struct hwrng *rng, void *data, size_t size, bool wait)
{
	return host_random(data, size);
}

static struct hwrng host_rng = {
	.name = "host",
	.read = host_rng_read,
	.quality = 1024,
};

static int __init host_rng_init(void)
{
	return hwrng_register(&host_rng);
}
device_initcall(host_rng_init);
