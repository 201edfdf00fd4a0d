// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage.c - measure the memory and processor time that a machine uses
 *
 * Called by the verbs list, info and top, and by labmake.c before a lab starts. Reads /proc for
 * the machine's kernel and the kernel's descendants.
 */
#include "base/usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/txt.h"

static uint64_t field_kb(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

static void add_process(pid_t pid, struct usage *usage, int depth)
{
	char *text, *fields, *rest, *word;
	unsigned long user, system;
	size_t size;

	if (!file_read(txt_printf("/proc/%d/smaps_rollup", pid), &text, &size)) {
		usage->memory += field_kb(text, "\nPss:");
		free(text);
	}
	if (proc_stat_read(pid, &text, &fields))
		return;
	usage->nr_processes++;
	/* Fields 14 and 15 are the times in user mode and in the kernel. */
	if (sscanf(fields, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		   &system) == 2)
		usage->cpu_seconds += (double)(user + system) / sysconf(_SC_CLK_TCK);
	free(text);
	if (depth > 8 || file_read(txt_printf("/proc/%d/task/%d/children", pid, pid), &text, &size))
		return;
	rest = text;
	while ((word = strsep(&rest, " ")))
		if (*word)
			add_process(atoi(word), usage, depth + 1);
	free(text);
}

void usage_of(pid_t kernel, struct usage *usage)
{
	*usage = (struct usage){ 0 };
	if (kernel > 1)
		add_process(kernel, usage, 0);
}

uint64_t usage_memory_free(void)
{
	size_t size;
	char *text;
	uint64_t available;

	if (file_read("/proc/meminfo", &text, &size))
		return UINT64_MAX;
	available = field_kb(text, "MemAvailable:");
	free(text);
	return available;
}
