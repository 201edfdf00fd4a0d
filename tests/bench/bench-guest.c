// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-guest.c - measure the cost of kernel calls, with the same binary on host and guests
 *
 *   bench-guest [ROW...]      all rows, or those named, except the one in BENCH_WITHOUT
 *
 * Prints "@bench ROW NANOSECONDS-PER-OPERATION OPERATIONS" for each row. As process 1 (/init of an
 * initramfs) the program first mounts what it needs, and powers the machine off at the end.
 * bench.sh runs it on all systems in turn and compares the figures.
 *
 * Each row is a function that repeats its operation @count times and returns how long this took,
 * without set-up and clean-up. measure() finds the count that fills run_time. Files lie on tmpfs
 * on all systems, so that the host's disk does not matter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PAGE_SIZE = 4096,
	FILE_SIZE = 16 << 20,
	BATCH_SIZE = 4 << 20,		/* memory that a fault row maps at a time */
};

static double run_time = 0.3e9;		/* ns; BENCH_SECONDS in the environment sets it */
static const double probe_time = 0.03e9;

static char file_name[] = "/dev/shm/umlab-bench-XXXXXX";
static const char *exec_name = "/bench-exec", *job_name = "/bench-job/run", *job_folder = "/tmp";
static int file_fd = -1;

static void die(const char *what)
{
	printf("@error %s: %s\n", what, strerror(errno));
	fflush(stdout);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Calls no madvise(): each system uses the page size that it uses for any program. */
static char *map(size_t size, int flags, int fd)
{
	char *address = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (address == MAP_FAILED)
		die("mmap");
	return address;
}

/***** calls *****/

static double row_getppid(long count)
{
	double start = now();

	while (count--)
		syscall(SYS_getppid);
	return now() - start;
}

static double row_clock_gettime(long count)
{
	struct timespec time;
	double start = now();

	while (count--)
		clock_gettime(CLOCK_MONOTONIC, &time);
	return now() - start;
}

static void on_signal(int number)
{
	(void)number;
}

static double row_signal_self(long count)
{
	struct sigaction action = { .sa_handler = on_signal };
	double start;

	sigaction(SIGUSR1, &action, NULL);
	start = now();
	while (count--)
		syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
	return now() - start;
}

/***** memory *****/

/* One operation is the first touch of one page, in ascending order. */
static double touch_batches(long count, int flags, int fd)
{
	double total = 0;

	while (count > 0) {
		char *memory = map(BATCH_SIZE, flags, fd);
		long pages = count < BATCH_SIZE / PAGE_SIZE ? count : BATCH_SIZE / PAGE_SIZE;
		volatile char sum = 0;
		double start = now();

		for (long page = 0; page < pages; page++) {
			if (fd < 0)
				memory[page * PAGE_SIZE] = 1;
			else
				sum += memory[page * PAGE_SIZE];
		}
		total += now() - start;
		munmap(memory, BATCH_SIZE);
		count -= pages;
	}
	return total;
}

static double row_page_fault(long count)
{
	return touch_batches(count, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static double row_file_fault(long count)
{
	return touch_batches(count, MAP_SHARED, file_fd);
}

static double row_mmap_munmap(long count)
{
	double start = now();

	while (count--) {
		char *memory = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		memory[0] = 1;
		munmap(memory, PAGE_SIZE);
	}
	return now() - start;
}

/* Touches @count pages (a power of two) in an order without neighbours. */
static double row_random_touch(long count)
{
	const uint32_t pages = count, stride = 40503;	/* odd: visits every page */
	const size_t size = (size_t)pages * PAGE_SIZE;
	char *memory = map(size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	double start = now();
	uint32_t page = 0;

	for (uint32_t i = 0; i < pages; i++) {
		page = (page + stride) % pages;
		memory[(size_t)page * PAGE_SIZE] = 1;
	}
	start = now() - start;
	munmap(memory, size);
	return start;
}

/***** processes *****/

static double row_fork_exit(long count)
{
	double start = now();

	while (count--) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	return now() - start;
}

static double row_fork_exec(long count)
{
	double start = now();

	while (count--) {
		char *const arguments[] = { (char *)exec_name,
					    NULL }, *const environment[] = { NULL };
		int status;
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (child == 0) {
			execve(exec_name, arguments, environment);
			_exit(1);
		}
		waitpid(child, &status, 0);
		if (status)
			die(exec_name);
	}
	return now() - start;
}

/* Unpacks, configures and builds a program of 50 files (pack-job.sh). */
static double row_real_job(long count)
{
	char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
	char *const environment[] = { path, locale, NULL };
	char *const arguments[] = { (char *)job_name, (char *)job_folder, NULL };
	double start = now();
	int status;
	pid_t child;

	while (count--) {
		child = fork();
		if (child < 0)
			die("fork");
		if (child == 0) {
			execve(job_name, arguments, environment);
			_exit(127);
		}
		waitpid(child, &status, 0);
		if (status)
			die(job_name);
	}
	return now() - start;
}

/***** switches *****/

struct pipes {
	int there[2], back[2];
	long count;
};

static void pipes_open(struct pipes *pipes, long count)
{
	if (pipe(pipes->there) || pipe(pipes->back))
		die("pipe");
	pipes->count = count;
}

static void pipes_close(struct pipes *pipes)
{
	close(pipes->there[0]);
	close(pipes->there[1]);
	close(pipes->back[0]);
	close(pipes->back[1]);
}

static void *pipes_answer(void *argument)
{
	struct pipes *pipes = argument;
	char byte;

	for (long i = 0; i < pipes->count; i++)
		if (read(pipes->there[0], &byte, 1) != 1 || write(pipes->back[1], &byte, 1) != 1)
			break;
	return NULL;
}

static double pipes_ask(struct pipes *pipes)
{
	char byte = 0;
	double start = now();

	for (long i = 0; i < pipes->count; i++)
		if (write(pipes->there[1], &byte, 1) != 1 || read(pipes->back[0], &byte, 1) != 1)
			die("pipe");
	return now() - start;
}

static double row_pipe_processes(long count)
{
	struct pipes pipes;
	double time;
	pid_t child;

	pipes_open(&pipes, count);
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		pipes_answer(&pipes);
		_exit(0);
	}
	time = pipes_ask(&pipes);
	waitpid(child, NULL, 0);
	pipes_close(&pipes);
	return time;
}

static double row_pipe_threads(long count)
{
	struct pipes pipes;
	pthread_t thread;
	double time;

	pipes_open(&pipes, count);
	if (pthread_create(&thread, NULL, pipes_answer, &pipes))
		die("pthread_create");
	time = pipes_ask(&pipes);
	pthread_join(thread, NULL);
	pipes_close(&pipes);
	return time;
}

/* Tells whose turn it is: 0 is the measuring thread, 1 is its partner. */
static _Atomic uint32_t turn;

static void turn_pass(uint32_t to)
{
	atomic_store(&turn, to);
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	while (atomic_load(&turn) == to)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, to, NULL, NULL, 0);
}

static void *thread_take_turns(void *argument)
{
	long count = *(long *)argument;

	while (atomic_load(&turn) == 0)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	while (--count > 0)
		turn_pass(0);
	atomic_store(&turn, 0);
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	return NULL;
}

/* One operation is one switch, which is half a round trip over a futex. */
static double row_thread_switch(long count)
{
	long turns = (count + 1) / 2;
	pthread_t thread;
	double start;

	atomic_store(&turn, 0);
	if (pthread_create(&thread, NULL, thread_take_turns, &turns))
		die("pthread_create");
	start = now();
	for (long i = 0; i < turns; i++)
		turn_pass(1);
	start = now() - start;
	pthread_join(thread, NULL);
	return start * count / (2 * turns);
}

/***** files *****/

static double row_file_read_4k(long count)
{
	static char buffer[PAGE_SIZE];
	off_t offset = 0;
	double start = now();

	while (count--) {
		if (pread(file_fd, buffer, PAGE_SIZE, offset) != PAGE_SIZE)
			die("pread");
		offset = (offset + PAGE_SIZE) % BATCH_SIZE;
	}
	return now() - start;
}

/***** main *****/

static const struct row {
	const char *name;
	double (*run)(long count);
	long whole;			/* exact number of operations; 0: what fits in the time */
} rows[] = {
	{ "getppid", row_getppid },
	{ "clock_gettime", row_clock_gettime },
	{ "signal_self", row_signal_self },
	{ "page_fault", row_page_fault },
	{ "file_fault", row_file_fault },
	{ "mmap_munmap", row_mmap_munmap },
	/* Touch all pages: with larger pages the first touches are expensive, the others cheap. */
	{ "random_touch", row_random_touch, (1UL << 30) / PAGE_SIZE },
	/* Upstream makes a host mapping for each page, and the host limits their number. */
	{ "random_touch_128m", row_random_touch, (128UL << 20) / PAGE_SIZE },
	{ "fork_exit", row_fork_exit },
	{ "fork_exec", row_fork_exec },
	{ "pipe_processes", row_pipe_processes },
	{ "pipe_threads", row_pipe_threads },
	{ "thread_switch", row_thread_switch },
	{ "file_read_4k", row_file_read_4k },
	{ "real_job", row_real_job,
	  1 },	/* runs only when named, because it needs its files */
};

static void measure(const struct row *row)
{
	long count = row->whole ?: 1;
	double time;

	if (row->whole) {
		time = row->run(count);
		printf("@bench %s %.1f %ld\n", row->name, time / count, count);
		fflush(stdout);
		return;
	}
	while ((time = row->run(count)) < probe_time)
		count *= time > probe_time / 16 ? 2 : 8;
	count = count * (run_time / time) + 1;
	time = row->run(count);
	printf("@bench %s %.1f %ld\n", row->name, time / count, count);
	fflush(stdout);
}

static void become_machine(void)
{
	mkdir("/dev", 0755);
	mkdir("/dev/shm", 0755);
	if (mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL))
		die("mount tmpfs");
	mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3));
}

static void file_create(void)
{
	static char block[64 * 1024];

	file_fd = mkstemp(file_name);
	if (file_fd < 0)
		die(file_name);
	unlink(file_name);
	for (size_t size = 0; size < FILE_SIZE; size += sizeof(block))
		if (write(file_fd, block, sizeof(block)) != sizeof(block))
			die("write");
}

static int is_wanted(const struct row *row, char **names, int nr_names)
{
	const char *without = getenv("BENCH_WITHOUT");

	if (without && !strcmp(without, row->name))
		return 0;
	for (int i = 0; i < nr_names; i++)
		if (!strcmp(names[i], row->name))
			return 1;
	return nr_names == 0 && row->run != row_real_job;
}

int main(int nr_arguments, char **arguments)
{
	const int is_machine = getpid() == 1;

	if (is_machine)
		become_machine();
	if (getenv("BENCH_EXEC"))
		exec_name = getenv("BENCH_EXEC");
	if (getenv("BENCH_SECONDS"))
		run_time = atof(getenv("BENCH_SECONDS")) * 1e9;
	if (getenv("BENCH_JOB")) {
		job_name = getenv("BENCH_JOB");
		job_folder = "/dev/shm";
	}
	file_create();
	/* bench.sh compares the length of the guest's second with the host's. */
	printf("@begin %.0f\n", now());
	fflush(stdout);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_wanted(&rows[i], arguments + 1, nr_arguments - 1))
			measure(&rows[i]);
	printf("@end %.0f\n", now());
	fflush(stdout);
	if (is_machine)
		reboot(RB_POWER_OFF);
	return 0;
}
