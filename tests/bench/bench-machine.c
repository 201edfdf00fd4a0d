// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-machine.c - measure the time, memory and processes that a running machine takes
 *
 *   bench-machine SESSION      prints "CPU-MICROSECONDS MEMORY-KB PROCESSES"
 *
 * A machine consists of all processes of the session that bench.sh started for it, and all their
 * descendants. The session alone is not enough: a kernel may put its guest processes into other
 * sessions. Time is the sum of their processor clocks, which are exact, and of the times of the
 * children that they waited for, in clock ticks.
 *
 * Private pages and pages of disk files count by their share (Pss). Guest memory is a tmpfs file
 * of the machine, parts of which may not be mapped anywhere. So guest memory counts once, by the
 * blocks of the file. kcmp() finds processes that share one address space (user-mode-linux has
 * three of them), and the address space counts once.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PROCESSES = 4096, MAX_FILES = 256, TMPFS_ID = 0x01021994 };

static struct process {
	int pid, parent, is_ours;
	long time_us;
} processes[MAX_PROCESSES];
static int nr_processes;
static struct { dev_t device; ino_t inode; long kb; } files[MAX_FILES];
static int nr_files;
static long share_kb, mapped_kb;

static long own_time_us(int pid)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &time))
		return 0;
	return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* The name of a process may hold blanks and parentheses, so parse after the last parenthesis. */
static void process_add(int pid, int session)
{
	char path[64], line[1024], *rest;
	long user_children, system_children;
	int parent, of;
	size_t size;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat)
		return;
	size = fread(line, 1, sizeof(line) - 1, stat);
	fclose(stat);
	line[size] = 0;
	rest = strrchr(line, ')');
	if (!rest || nr_processes == MAX_PROCESSES ||
	    sscanf(rest, ") %*c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %ld %ld", &parent,
		   &of,
		   &user_children, &system_children) != 4)
		return;
	processes[nr_processes++] = (struct process) {
		.pid = pid, .parent = parent, .is_ours = of == session,
		.time_us = own_time_us(pid) +
			   (user_children + system_children) * (1000000 / sysconf(_SC_CLK_TCK)),
	};
}

static int is_child_of_ours(const struct process *process)
{
	for (int i = 0; i < nr_processes; i++)
		if (processes[i].pid == process->parent)
			return processes[i].is_ours;
	return 0;
}

/* Keeps the processes of the machine. A child may precede its parent, so repeat until stable. */
static void processes_select(void)
{
	int changed, kept = 0;

	do {
		changed = 0;
		for (int i = 0; i < nr_processes; i++)
			if (!processes[i].is_ours && is_child_of_ours(&processes[i]))
				changed = processes[i].is_ours = 1;
	} while (changed);
	for (int i = 0; i < nr_processes; i++)
		if (processes[i].is_ours)
			processes[kept++] = processes[i];
	nr_processes = kept;
}

static int has_own_memory(int number)
{
	for (int i = 0; i < number; i++)
		if (syscall(SYS_kcmp, processes[i].pid, processes[number].pid, KCMP_VM, 0, 0) == 0)
			return 0;
	return 1;
}

static void memory_add(int pid)
{
	char path[64], line[256];
	long kb;
	FILE *rollup;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	rollup = fopen(path, "r");
	if (!rollup) {
		fprintf(stderr, "bench-machine: %s cannot be read, memory is missing\n", path);
		return;
	}
	while (fgets(line, sizeof(line), rollup)) {
		if (sscanf(line, "Pss_Shmem: %ld", &kb) == 1)
			mapped_kb += kb;
		else if (sscanf(line, "Pss_Anon: %ld", &kb) == 1 ||
			 sscanf(line, "Pss_File: %ld", &kb) == 1)
			share_kb += kb;
	}
	fclose(rollup);
}

static void file_add(const char *path)
{
	struct statfs system;
	struct stat file;

	if (stat(path, &file) || !S_ISREG(file.st_mode) || statfs(path, &system) ||
	    system.f_type != TMPFS_ID)
		return;
	for (int i = 0; i < nr_files; i++)
		if (files[i].device == file.st_dev && files[i].inode == file.st_ino)
			return;
	if (nr_files == MAX_FILES)
		return;
	files[nr_files].device = file.st_dev;
	files[nr_files].inode = file.st_ino;
	files[nr_files++].kb = file.st_blocks / 2;
}

static void files_add(int pid)
{
	char folder[64], path[64 + 256];
	struct dirent *entry;
	DIR *list;

	snprintf(folder, sizeof(folder), "/proc/%d/fd", pid);
	list = opendir(folder);
	if (!list)
		return;
	while ((entry = readdir(list))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		file_add(path);
	}
	closedir(list);
}

int main(int nr_arguments, char **arguments)
{
	int session = nr_arguments == 2 ? atoi(arguments[1]) : 0;
	DIR *list = opendir("/proc");
	struct dirent *entry;
	long held_kb = 0, time_us = 0;

	if (session <= 0 || !list) {
		fprintf(stderr, "usage: bench-machine SESSION\n");
		return 2;
	}
	while ((entry = readdir(list)))
		if (atoi(entry->d_name) > 0)
			process_add(atoi(entry->d_name), session);
	processes_select();
	for (int i = 0; i < nr_processes; i++) {
		time_us += processes[i].time_us;
		if (has_own_memory(i))
			memory_add(processes[i].pid);
		files_add(processes[i].pid);
	}
	for (int i = 0; i < nr_files; i++)
		held_kb += files[i].kb;
	printf("%ld %ld %d\n", time_us,
	       share_kb + (held_kb > mapped_kb ? held_kb : mapped_kb), nr_processes);
	return 0;
}
