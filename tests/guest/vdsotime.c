// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdsotime.c - test that the vDSO's clocks agree with the kernel's in each process and namespace
 *
 * t4030-times.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"
#include "vdso_symbol.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const struct { clockid_t id; const char *name; } clocks[] = {
	{ CLOCK_MONOTONIC, "CLOCK_MONOTONIC" }, { CLOCK_MONOTONIC_RAW, "CLOCK_MONOTONIC_RAW" },
	{ CLOCK_REALTIME, "CLOCK_REALTIME" }, { CLOCK_BOOTTIME, "CLOCK_BOOTTIME" },
	{ CLOCK_TAI, "CLOCK_TAI" }, { CLOCK_MONOTONIC_COARSE, "CLOCK_MONOTONIC_COARSE" },
	{ CLOCK_REALTIME_COARSE, "CLOCK_REALTIME_COARSE" },
};
enum { NR_CLOCKS = sizeof(clocks) / sizeof(clocks[0]) };

static long by_vdso(clockid_t clock)
{
	struct timespec time = { 0 };

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000l + time.tv_nsec;
}

static long by_call(clockid_t clock)
{
	struct timespec time = { 0 };

	syscall(SYS_clock_gettime, clock, &time);
	return time.tv_sec * 1000000000l + time.tv_nsec;
}

/* Sleeps now and then, because the kernel updates the data of the vDSO when it wakes up. */
static void agree(void)
{
	for (int i = 0; i < NR_CLOCKS; i++) {
		long last = by_call(clocks[i].id), here;
		int back = 0;

		for (int n = 1; n <= 20000; n++) {
			here = n & 1 ? by_vdso(clocks[i].id) : by_call(clocks[i].id);
			back += here < last;
			last = here;
			if (n % 1000 == 0)
				usleep(3000);
		}
		ok(!back, "%s through the vDSO and the call in turn never goes back",
		   clocks[i].name);
	}
}

/* Installs a filter that rejects the calls: a clock that still works does not need them. */
static int calls_refuse(void)
{
	static const int numbers[] = { SYS_clock_gettime, SYS_gettimeofday, SYS_time, SYS_getcpu,
				       SYS_clock_getres };
	struct sock_filter code[16] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr)) };
	struct sock_fprog program = { .filter = code };
	int length = 1;

	for (int i = 0; i < 5; i++) {
		code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[i],
							      0, 1);
		code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							      SECCOMP_RET_ERRNO | EDOM);
	}
	code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = length;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void without_calls(int exact)
{
	int (*get_day)(struct timeval *, void *) = vdso_symbol("__vdso_gettimeofday");
	int (*get_cpu)(unsigned *, unsigned *, void *) = vdso_symbol("__vdso_getcpu");
	time_t (*get_seconds)(time_t *) = vdso_symbol("__vdso_time");
	struct timespec spec;
	struct timeval now;
	unsigned int cpu = ~0u;

	if (calls_refuse())
		return skip("the vDSO answers without a system call", strerror(errno));
	ok(syscall(SYS_clock_gettime, CLOCK_REALTIME, &spec) == -1 && errno == EDOM,
	   "a filter can reject the calls that read the clock");
	for (int i = 0; i < NR_CLOCKS; i++) {
		int coarse = strstr(clocks[i].name, "COARSE") != NULL;

		ok(clock_gettime(clocks[i].id, &spec) == (exact || coarse ? 0 : -1), "%s %s",
		   clocks[i].name,
		   exact || coarse ? "needs no system call"
				   : "needs a system call with this clocksource");
	}
	ok(get_day && get_day(&now, NULL) == (exact ? 0 : -EDOM), "gettimeofday %s",
	   exact ? "needs no system call" : "needs a system call with this clocksource");
	is(clock_getres(CLOCK_MONOTONIC, &spec), 0, "clock_getres needs no system call");
	ok(spec.tv_nsec == 1 && !spec.tv_sec, "clock_getres returns 1 ns");
	ok(get_cpu && get_cpu(&cpu, NULL, NULL) == 0 && cpu < 4096, "getcpu needs no system call");
	clock_gettime(CLOCK_REALTIME_COARSE, &spec);
	ok(get_seconds && labs(get_seconds(NULL) - spec.tv_sec) <= 1, "time needs no system call");
	is(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spec), -1,
	   "the CPU-time clock of a process needs a system call");
}

static long *shared_latest;

static long latest_pass(int rounds)
{
	long back = 0;

	for (int i = 0; i < rounds; i++) {
		long before = __atomic_load_n(shared_latest, __ATOMIC_SEQ_CST);
		long here = i & 3 ? by_vdso(CLOCK_MONOTONIC) : by_call(CLOCK_MONOTONIC);

		if (here < before && !back++)
			diag("the clock went back by %ld ns through the %s in pass %d",
			     before - here, i & 3 ? "vDSO" : "call", i);
		while (before < here &&
		       !__atomic_compare_exchange_n(shared_latest, &before, here, 0,
						    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			;
		if (i % 1000 == 0)
			sched_yield();
	}
	return back;
}

static void *latest_thread(void *argument)
{
	(void)argument;
	return (void *)latest_pass(20000);
}

static void across(void)
{
	pthread_t thread[3];
	int back = 0, status;
	void *result;

	shared_latest = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(latest_pass(20000) ? 1 : 0);
	for (int i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, latest_thread, NULL);
	for (int i = 0; i < 3; i++) {
		pthread_join(thread[i], &result);
		back += (long)result;
	}
	is(back, 0, "no thread sees an earlier time than another thread or process saw before");
	for (back = 0; wait(&status) > 0; back += status != 0)
		if (WIFSIGNALED(status))
			diag("a child died of signal %d", WTERMSIG(status));
	is(back, 0, "no process sees an earlier time than a thread or another process saw before");
}

static void data_is_ours(void)
{
	unsigned long start = 0, end = 0;
	char line[256];
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vvar]"))
			sscanf(line, "%lx-%lx", &start, &end);
	if (maps)
		fclose(maps);
	if (!ok(start != 0, "the vDSO's data is in its own mapping"))
		return;
	ok(mprotect((void *)start, end - start, PROT_READ | PROT_WRITE) == -1 && errno == EACCES,
	   "mprotect cannot make the vDSO's data writable");
	int fd = open("/proc/self/mem", O_RDWR);

	ok(pwrite(fd, "x", 1, start) == -1,
	   "the vDSO's data cannot be written through /proc/self/mem");
	close(fd);
}

static int text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, strlen(text));
	close(fd);
	return ret;
}

/*
 * Checks the clocks inside the namespace. Returns 0 if all have their offsets and the vDSO agrees
 * with the call.
 */
static int namespace_child(const long *outside)
{
	long monotonic = by_vdso(CLOCK_MONOTONIC), boot = by_vdso(CLOCK_BOOTTIME);
	long real = by_vdso(CLOCK_REALTIME);
	int bad = 0, last_ok = 1;

	bad += monotonic < outside[0] + 86400000000000l || monotonic > outside[0] + 86500000000000l;
	bad += boot < outside[1] + 172800000000000l || boot > outside[1] + 172900000000000l;
	bad += real < outside[2] || real > outside[2] + 100000000000l;
	for (int i = 0; i < NR_CLOCKS; i++) {
		long first = by_call(clocks[i].id), second = by_vdso(clocks[i].id);
		long third = by_call(clocks[i].id);

		last_ok &= first <= second && second <= third;
	}
	return bad * 2 + !last_ok;
}

static void namespaces(void)
{
	long outside[3] = { by_vdso(CLOCK_MONOTONIC), by_vdso(CLOCK_BOOTTIME),
			    by_vdso(CLOCK_REALTIME) };
	int status, fd, home;
	pid_t pid;

	home = open("/proc/self/ns/time", O_RDONLY);
	if (home < 0 || unshare(CLONE_NEWTIME))
		return skip("a time namespace accepts offsets", strerror(errno));
	ok(text_write("/proc/self/timens_offsets", "monotonic 86400 0\nboottime 172800 0\n") > 0,
	   "a time namespace accepts offsets");
	ok(by_vdso(CLOCK_MONOTONIC) < outside[0] + 86400000000000l,
	   "the process that created the time namespace stays outside");
	pid = fork();
	if (pid == 0)
		_exit(namespace_child(outside));
	waitpid(pid, &status, 0);
	is(WEXITSTATUS(status), 0,
	   "in a child in the time namespace, vDSO and call agree on the offsets");
	fd = open("/proc/self/ns/time_for_children", O_RDONLY);
	is(setns(fd, CLONE_NEWTIME), 0, "a process can enter a time namespace");
	is(namespace_child(outside), 0,
	   "a process that enters a time namespace sees the offsets at once");
	is(setns(home, CLONE_NEWTIME), 0, "a process can return to its old time namespace");
	ok(by_vdso(CLOCK_MONOTONIC) < outside[0] + 86400000000000l &&
	   by_vdso(CLOCK_MONOTONIC) >= outside[0],
	   "a process that leaves a time namespace sees the old time at once");
	close(fd), close(home);
}

/* A clock that is set must change in the vDSO at once. */
static void set(void)
{
	struct timespec time, changed;

	if (!in_guest())
		return skip("the vDSO shows at once that a clock was set forward",
			    "not in a guest");
	clock_gettime(CLOCK_REALTIME, &time);
	changed = time;
	changed.tv_sec += 86400;
	clock_settime(CLOCK_REALTIME, &changed);
	ok(by_vdso(CLOCK_REALTIME) >= changed.tv_sec * 1000000000l,
	   "the vDSO shows at once that a clock was set forward");
	clock_settime(CLOCK_REALTIME, &time);
	ok(by_vdso(CLOCK_REALTIME) < changed.tv_sec * 1000000000l,
	   "the vDSO shows at once that a clock was set back");
}

int main(void)
{
	char source[32] = "";
	FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "r");
	pid_t pid;

	if (file) {
		fscanf(file, "%31s", source);
		fclose(file);
	}
	diag("clocksource: %s", source);
	agree();
	across();
	data_is_ours();
	set();
	namespaces();
	pid = fork();
	if (pid == 0) {
		without_calls(!strcmp(source, "tsc"));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return tap_done();
}
