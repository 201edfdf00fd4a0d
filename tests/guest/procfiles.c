// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfiles.c - test the content of /proc and /sys
 *
 * t4020-files.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include "tap.h"

static char text[1 << 18];

static const char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t used = 0;
	ssize_t size;

	text[0] = 0;
	if (fd < 0)
		return text;
	while (used < sizeof(text) - 1 &&
	       (size = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += size;
	text[used] = 0;
	close(fd);
	return text;
}

static long number_after(const char *key)
{
	char *at = strstr(text, key);

	return at ? atol(at + strlen(key) + strspn(at + strlen(key), " \t:")) : -1;
}

static void processor(void)
{
	slurp("/proc/cpuinfo");
	ok(strstr(text, "processor") && strstr(text, "model name") && strstr(text, "vendor_id"),
	   "/proc/cpuinfo names the processor");
	ok(strstr(text, "flags") && strstr(text, " sse2") && strstr(text, " fxsr"),
	   "/proc/cpuinfo has flags with sse2");
	slurp("/proc/stat");
	ok(!strncmp(text, "cpu ", 4) && strstr(text, "\nctxt ") && strstr(text, "\nbtime ") &&
	   strstr(text, "\nprocesses "),
	   "/proc/stat has its counters");
	slurp("/proc/loadavg");
	ok(strchr(text, '/') != NULL, "/proc/loadavg shows the number of tasks");
	slurp("/proc/uptime");
	ok(atof(text) > 0, "/proc/uptime is above zero");
	ok(sysconf(_SC_NPROCESSORS_ONLN) >= 1, "sysconf reports at least one processor");
}

static void memory(void)
{
	struct sysinfo info;

	slurp("/proc/meminfo");
	long total = number_after("MemTotal"), available = number_after("MemAvailable");
	long unused = number_after("MemFree");

	ok(total > 20000 && unused > 0 && unused <= total && available > 0 && available <= total,
	   "/proc/meminfo is plausible (%ld of %ld kB free)", unused, total);
	sysinfo(&info);
	ok(labs((long)(info.totalram * info.mem_unit / 1024) - total) < 1024,
	   "sysinfo agrees with /proc/meminfo");
	ok(strstr(slurp("/proc/buddyinfo"), "zone"), "/proc/buddyinfo lists zones");
	ok(number_after("nonsense") == -1 && strstr(slurp("/proc/vmstat"), "pgfault "),
	   "/proc/vmstat counts page faults");
	ok(strstr(slurp("/proc/iomem"), "System RAM") || geteuid(), "/proc/iomem shows the RAM");
}

static void own_process(void)
{
	char *area = mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0), key[64];

	memset(area, 1, 64 * 4096);
	slurp("/proc/self/maps");
	snprintf(key, sizeof(key), "%lx-", (unsigned long)area);
	ok(strstr(text, "[stack]") && strstr(text, "/procfiles"),
	   "/proc/self/maps lists the stack and the program");
	ok(strstr(text, "[vdso]") != NULL, "/proc/self/maps lists the vDSO");
	slurp("/proc/self/smaps_rollup");
	ok(number_after("Rss:") >= 256, "/proc/self/smaps_rollup counts resident memory");
	slurp("/proc/self/status");
	ok(number_after("Pid:") == getpid() && number_after("Threads:") == 1 &&
	   number_after("VmRSS:") > 0, "/proc/self/status");
	slurp("/proc/self/stat");
	ok(atoi(text) == getpid() && strstr(text, "(procfiles)"),
	   "/proc/self/stat shows process id and name");
	ok(slurp("/proc/self/auxv")[0] == 33 || text[0] != 0,
	   "/proc/self/auxv holds the auxiliary vector");
	ok(!memcmp(slurp("/proc/self/environ"), environ[0], 4),
	   "/proc/self/environ holds the environment");
	ok(strstr(slurp("/proc/self/comm"), "procfiles"), "/proc/self/comm holds the name");
	slurp("/proc/self/syscall");
	ok(!strncmp(text, "0 ", 2) || !strncmp(text, "running", 7),
	   "/proc/self/syscall shows the current call (read)");
	ok(strstr(slurp("/proc/self/mountinfo"), " / "), "/proc/self/mountinfo lists mounts");
	unsigned long entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	ok(pread(fd, &entry, 8, (long)area / 4096 * 8) == 8 && (entry >> 63),
	   "/proc/self/pagemap marks a touched page as present");
	close(fd);
	struct rusage before, after;

	getrusage(RUSAGE_SELF, &before);
	madvise(area, 64 * 4096, MADV_DONTNEED);
	for (int i = 0; i < 64; i++)
		area[i * 4096] = 1;
	getrusage(RUSAGE_SELF, &after);
	ok(after.ru_minflt - before.ru_minflt >= 1 && after.ru_minflt - before.ru_minflt < 1000,
	   "getrusage counts page faults (%ld for 64 pages)",
	   after.ru_minflt - before.ru_minflt);
}

static void kernel(void)
{
	slurp("/proc/version");
	ok(strstr(text, "Linux version ") == text, "/proc/version begins with Linux version");
	if (in_guest())
		ok(strstr(text, " 6.12") || strstr(text, " 6.1."),
		   "/proc/version shows the version that we built");
	ok(strlen(slurp("/proc/cmdline")) > 1, "/proc/cmdline holds the command line");
	ok(strstr(slurp("/proc/filesystems"), "tmpfs"), "/proc/filesystems lists tmpfs");
	ok(strchr(slurp("/proc/interrupts"), ':') != NULL, "/proc/interrupts lists interrupts");
	ok(strstr(slurp("/proc/devices"), "Block devices"), "/proc/devices lists block devices");
	ok(strstr(slurp("/proc/kallsyms"), " T ") || strstr(text, " t "),
	   "/proc/kallsyms names kernel functions");
	ok(strlen(slurp("/sys/devices/system/clocksource/clocksource0/current_clocksource")) > 1,
	   "a clocksource is in use (%.20s)",
	   text);
	ok(strlen(slurp("/proc/sys/kernel/random/uuid")) == 37,
	   "the random number generator is ready");
	ok(strstr(slurp("/proc/self/limits"), "Max open files"), "/proc/self/limits lists limits");
}

/* Reads every readable file of a tree: the machine must survive. */
static void read_all(const char *folder, int depth, int *nr_read)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[1024];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "kmsg") ||
		    !strcmp(entry->d_name, "kcore") ||
		    !strcmp(entry->d_name, "trace_pipe") || !strcmp(entry->d_name,
								    "trace_pipe_raw"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_DIR && depth > 0 && strcmp(entry->d_name, "task") &&
		    strcmp(entry->d_name, "debug") &&
		    strcmp(entry->d_name, "tracing"))
			read_all(path, depth - 1, nr_read);
		if (entry->d_type == DT_REG) {
			static char block[65536];
			int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

			for (int i = 0; fd >= 0 && i < 16 &&
			     read(fd, block, sizeof(block)) > 0; i++)
				;
			close(fd);
			++*nr_read;
		}
	}
	if (dir)
		closedir(dir);
}

int main(void)
{
	int nr_read = 0;

	processor();
	memory();
	own_process();
	kernel();
	if (in_guest()) {
		read_all("/proc", 5, &nr_read);
		ok(nr_read > 100, "the machine survives reading all of /proc (%d files)", nr_read);
		nr_read = 0;
		read_all("/sys", 8, &nr_read);
		ok(nr_read > 100, "the machine survives reading all of /sys (%d files)", nr_read);
	}
	return tap_done();
}
