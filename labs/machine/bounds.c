// SPDX-License-Identifier: GPL-2.0-only
/*
 * bounds.c - limit a machine's share of the host's processors and memory
 *
 * Called by the keeper in the child process that becomes the kernel. Three limits need no help
 * from the host: a kernel cannot use more memory than it was given, a disk does not grow, and a
 * machine has one processor. Where systemd --user runs, a scope limits the share of that processor
 * (cpus=) with CPUQuota, and the memory with MemoryMax. Elsewhere the share becomes a nice value,
 * which limits the machine only while other processes want the processor.
 */
#include "machine/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/files.h"
#include "base/where.h"

static double share_of(const struct machine *machine)
{
	const char *cpus = conf_get(&machine->conf, "cpus");

	return cpus ? atof(cpus) : 0;
}

static void weight_apply(double share)
{
	int nice = 0, fd;

	/*
	 * Each nice step divides the share by 1.25. The scheduler treats a session as an autogroup,
	 * so set the nice value of the autogroup too.
	 */
	for (; share > 0 && share < 0.9 && nice < 19; share *= 1.25)
		nice++;
	if (!nice)
		return;
	setpriority(PRIO_PROCESS, 0, nice);
	fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		dprintf(fd, "%d", nice);
		close(fd);
	}
}

/* Does systemd --user run, and may we use it? */
static bool manager_runs(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *wanted = where_setting("cgroups");

	return runtime && !(wanted && !strcmp(wanted, "off")) &&
	       file_exists(txt_printf("%s/systemd/private", runtime));
}

/* Lets systemd-run execute the kernel in this process, with the same pid and descriptors. */
static void scope_exec(const struct machine *machine, double share, const char *kernel,
		       const struct words *words)
{
	struct words command = { 0 };
	uint64_t memory;

	words_add(&command, "systemd-run");
	words_add(&command, "--user");
	words_add(&command, "--scope");
	words_add(&command, "--quiet");
	words_add(&command, "--collect");
	if (share > 0)
		words_addf(&command, "--property=CPUQuota=%.0f%%",
			   share * 100 < 1 ? 1 : share * 100);
	/* The host needs memory for page tables and buffers in addition to the guest's memory. */
	if (txt_size_parse(conf_get(&machine->conf, "mem") ? : "256M", 1 << 20, &memory))
		words_addf(&command, "--property=MemoryMax=%lu",
			   (unsigned long)(memory + memory / 4 + (64 << 20)));
	words_add(&command, "--");
	words_add(&command, kernel);
	for (int i = 1; i < words->nr; i++)
		words_add(&command, words->at[i]);
	execvp(command.at[0], command.at);
}

void bounds_exec(const struct machine *machine, const char *kernel, struct words *words)
{
	double share = share_of(machine);

	if (manager_runs())
		scope_exec(machine, share, kernel, words);
	weight_apply(share);
	execv(kernel, words->at);
}
