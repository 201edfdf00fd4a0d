// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracing.c - test tracepoints, system call events, kprobes, perf software events, and BPF on them
 *
 * Needs a kernel built by `make kernel FLAVOR=trace` (t9350). The program compares the number of
 * hits with the number of calls that it made.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

#define TRACING "/sys/kernel/tracing/"
#define ROUNDS	200

static char text[1 << 20];

static int put(const char *file, const char *content)
{
	char path[256];
	int fd, error = 0;

	snprintf(path, sizeof(path), TRACING "%s", file);
	fd = open(path, O_WRONLY | (strstr(file, "_events") ? O_APPEND : O_TRUNC));
	if (fd < 0 || write(fd, content, strlen(content)) < 0)
		error = -errno;
	if (fd >= 0)
		close(fd);
	return error;
}

static const char *get(const char *file)
{
	char path[256];
	ssize_t used = 0, size;
	int fd;

	snprintf(path, sizeof(path), TRACING "%s", file);
	fd = open(path, O_RDONLY);
	while (fd >= 0 && (size = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += size;
	if (fd >= 0)
		close(fd);
	text[used] = '\0';
	return text;
}

static int lines_with(const char *content, const char *word)
{
	int nr = 0;

	for (; (content = strstr(content, word)); content += strlen(word))
		nr++;
	return nr;
}

/* Runs @work with @event enabled. Returns how often the trace contains @word, or -1. */
static int traced(const char *event, const char *word, void (*work)(void))
{
	char file[128];

	snprintf(file, sizeof(file), "events/%s/enable", event);
	put("trace", "");
	if (put(file, "1"))
		return -1;
	work();
	put(file, "0");
	return lines_with(get("trace"), word);
}

static void work_uname(void)
{
	struct utsname name;

	for (int i = 0; i < ROUNDS; i++)
		uname(&name);
}

static void work_open(void)
{
	for (int i = 0; i < ROUNDS; i++)
		close(open("/dev/null", O_RDONLY));
}

static void work_sleep(void)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < ROUNDS / 10; i++)
		nanosleep(&pause, NULL);
}

/* Runs for two seconds, so that timer ticks and their softirqs interrupt it. */
static void work_busy(void)
{
	struct timespec start, now;
	struct utsname name;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		for (int i = 0; i < 50; i++)
			uname(&name);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < 2);
}

static int event_id(const char *event)
{
	char file[128];

	snprintf(file, sizeof(file), "events/%s/id", event);
	return atoi(get(file));
}

static int perf_open(uint32_t type, uint64_t config, pid_t pid)
{
	struct perf_event_attr attr = { .type = type, .size = sizeof(attr), .config = config };

	return syscall(SYS_perf_event_open, &attr, pid, pid < 0 ? 0 : -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int64_t perf_count(int fd)
{
	int64_t count = -1;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : -1;
}

/* Creates an array of one counter for bpf_counter(). */
static int bpf_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
				.max_entries = 1 };

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

/* Loads a BPF program that adds 1 to element 0 of @map. */
static int bpf_counter(int map, enum bpf_prog_type type)
{
	static char log[8192];
	const struct bpf_insn code[] = {
		INSN(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -4),
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(code[0]),
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static uint64_t bpf_count(int map)
{
	uint32_t key = 0;
	uint64_t count = 0;
	union bpf_attr attr = { .map_fd = map, .key = (uintptr_t)&key, .value = (uintptr_t)&count };

	syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
	return count;
}

/* Calls uname() ROUNDS times. Returns the hits that a BPF program of @type counts at @event. */
static int64_t bpf_at_event(const char *event, enum bpf_prog_type type)
{
	int map = bpf_map(), program = bpf_counter(map, type);
	int fd = perf_open(PERF_TYPE_TRACEPOINT, event_id(event), -1);
	int64_t count = -1;

	if (program >= 0 && fd >= 0 && !ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) &&
	    !ioctl(fd, PERF_EVENT_IOC_ENABLE)) {
		work_uname();
		ioctl(fd, PERF_EVENT_IOC_DISABLE);
		count = bpf_count(map);
	}
	close(fd);
	close(program);
	close(map);
	return count;
}

static void tracepoints(void)
{
	ok(traced("sched/sched_switch", "sched_switch:", work_sleep) >= ROUNDS / 10,
	   "the scheduler's tracepoint records context switches");
	ok(traced("syscalls/sys_enter_newuname", "sys_newuname(", work_uname) == ROUNDS,
	   "the entry event records each system call");
	ok(traced("syscalls/sys_exit_newuname", "-> 0x0", work_uname) == ROUNDS,
	   "the exit event records each system call with its result");
	ok(traced("irq/softirq_entry", "action=TIMER", work_busy) > 0,
	   "the softirq event records timer softirqs");
	ok(!put("events/sched/sched_switch/trigger", "hist:keys=prev_pid"),
	   "a histogram trigger can be set on an event");
	work_sleep();
	ok(lines_with(get("events/sched/sched_switch/hist"), "prev_pid:") > 0,
	   "the histogram has entries");
	put("events/sched/sched_switch/trigger", "!hist:keys=prev_pid");
}

static int profile(const char *probe, long *hit, long *missed)
{
	char name[32];
	const char *line;

	*hit = *missed = -1;
	snprintf(name, sizeof(name), " %s ", probe);
	line = strstr(get("kprobe_profile"), name);
	return line && sscanf(line + strlen(name), "%ld %ld", hit, missed) == 2 ? 0 : -1;
}

static void probes(void)
{
	long hit, missed;

	ok(!put("kprobe_events", "p:um/open do_sys_openat2 name=+0(%si):ustring"),
	   "a probe can be set at a function");
	ok(traced("um/open", "name=\"/dev/null\"", work_open) == ROUNDS,
	   "a probe at a function records each call with its argument");
	ok(!put("kprobe_events", "r:um/opened do_sys_openat2 fd=$retval"),
	   "a probe can be set at the return of a function");
	/* One more: traced() opens the file that disables the event. */
	ok(traced("um/opened", "fd=0x", work_open) == ROUNDS + 1,
	   "a probe at the return records each return with its result");
	ok(!put("kprobe_events", "p:um/tick clock_irq"),
	   "a probe can be set in the timer interrupt");
	ok(!put("kprobe_events", "p:um/uname __do_sys_newuname") ||
	   !put("kprobe_events", "p:um/uname sys_newuname"), "a probe can be set at a system call");
	put("events/um/uname/enable", "1");
	ok(traced("um/tick", "tick:", work_busy) > 0,
	   "the machine survives two seconds of probe hits in the timer interrupt");
	put("events/um/uname/enable", "0");
	ok(!profile("tick", &hit, &missed) && hit > 100 && !missed,
	   "the probe in the timer interrupt misses no tick (%ld hit, %ld missed)", hit, missed);
	ok(!profile("uname", &hit, &missed) && hit > 1000 && !missed,
	   "the probe at the system call misses no call (%ld hit, %ld missed)", hit, missed);
	ok(put("kprobe_events", "p:um/no host_time_now") == -EINVAL,
	   "a probe in host code is rejected");
	ok(put("kprobe_events", "p:um/no do_sys_openat2+1") == -EILSEQ,
	   "a probe in the middle of a function is rejected");
	put("kprobe_events", "-:um/open");
	put("kprobe_events", "-:um/opened");
	put("kprobe_events", "-:um/tick");
	ok(!lines_with(get("trace"), "BUG"),
	   "the trace reports no bug after the probes are removed");
}

static void perf(void)
{
	int faults = perf_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, 0);
	int switches = perf_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES, 0);
	int clock = perf_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 0);
	int calls = perf_open(PERF_TYPE_TRACEPOINT, event_id("syscalls/sys_enter_newuname"), 0);
	char *pages = mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			   0);

	for (int i = 0; i < 64; i++)
		pages[i * 4096] = 1;
	work_sleep();
	work_uname();
	ok(perf_count(faults) > 0, "perf counts page faults");
	ok(perf_count(switches) >= ROUNDS / 10, "perf counts context switches");
	ok(perf_count(clock) > 0, "perf counts the task's clock");
	ok(perf_count(calls) == ROUNDS, "perf counts hits of a tracepoint");
	ok(perf_open(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 0) < 0,
	   "perf rejects hardware counters");
}

static void samples(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000, .sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_CALLCHAIN,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	struct perf_event_mmap_page *ring = mmap(NULL, 17 * 4096, PROT_READ | PROT_WRITE,
						 MAP_SHARED, fd, 0);

	ok(fd >= 0 && ring != MAP_FAILED, "perf can sample by the CPU clock");
	if (ring == MAP_FAILED)
		return;
	work_busy();
	ok(ring->data_head > 1000, "perf samples arrive with their call chains (%llu bytes)",
	   (unsigned long long)ring->data_head);
}

static void bpf(void)
{
	int map = bpf_map(), program = bpf_counter(map, BPF_PROG_TYPE_RAW_TRACEPOINT);
	union bpf_attr attr = { .raw_tracepoint = { .name = (uintptr_t)"sys_enter",
						    .prog_fd = program } };
	int link = syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));

	work_uname();
	ok(link >= 0 && bpf_count(map) >= ROUNDS, "a BPF program runs at a raw tracepoint");
	close(link);
	ok(bpf_at_event("syscalls/sys_enter_newuname", BPF_PROG_TYPE_TRACEPOINT) == ROUNDS,
	   "a BPF program runs at each entry of a system call");
	ok(bpf_at_event("um/uname", BPF_PROG_TYPE_KPROBE) == ROUNDS,
	   "a BPF program runs at each hit of a probe");
}

int main(void)
{
	mkdir("/sys", 0755);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("tracefs", TRACING, "tracefs", 0, NULL);
	if (access(TRACING "kprobe_events", W_OK)) {
		ok(false, "the kernel offers tracing");
		return tap_done();
	}
	put("buffer_size_kb", "4096");
	tracepoints();
	probes();
	perf();
	samples();
	bpf();
	return tap_done();
}
