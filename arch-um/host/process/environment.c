// SPDX-License-Identifier: GPL-2.0-only
/*
 * environment.c - remember what the host gave this process at its start
 *
 * These are the arguments, environment variables, processor features, and the set of host
 * processors. boot.c sets them before any other code runs, and they never change. A helper
 * (helper_host.c) gets the same environment variables and processors; after a restart (exit.c), the
 * program gets the same arguments as well. Any thread may call these functions.
 */
#include "process/environment.h"
#include <um/upcall.h>
#include "libk.h"
#include "lx/lx_thread.h"

static const struct um_boot *given;
static unsigned long cpus_at_start[16];
static int cpus_at_start_size;

void host_environment_init(const struct um_boot *boot)
{
	given = boot;
	cpus_at_start_size = lx_sched_getaffinity(0, sizeof(cpus_at_start), cpus_at_start);
}

char **host_arguments(void)
{
	return given->argv;
}

char **host_environment(void)
{
	return given->envp;
}

const char *host_environment_get(const char *name)
{
	size_t length = strlen(name);
	char **entry;

	for (entry = host_environment(); *entry; entry++)
		if (!strncmp(*entry, name, length) && (*entry)[length] == '=')
			return *entry + length + 1;
	return "";
}

uint64_t host_hwcap2(void)
{
	return given->host_hwcap2;
}

void host_processors_restore(void)
{
	if (cpus_at_start_size > 0)
		lx_sched_setaffinity(0, cpus_at_start_size, cpus_at_start);
}
