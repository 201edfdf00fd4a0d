// SPDX-License-Identifier: GPL-2.0-only
/*
 * times.c - test that clocks never go back and that sleeps and timers are punctual; test the RTC
 *
 * Upper bounds are generous because the host may be busy. Lower bounds are exact. t4030-times.sh
 * runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/rtc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static long ns_of(clockid_t clock, int by_call)
{
	struct timespec time;

	if (by_call)
		syscall(SYS_clock_gettime, clock, &time);
	else
		clock_gettime(clock, &time);
	return time.tv_sec * 1000000000l + time.tv_nsec;
}

static void clocks(void)
{
	static const struct { clockid_t id; const char *name; } clock[] = {
		{ CLOCK_MONOTONIC, "CLOCK_MONOTONIC" },
		{ CLOCK_MONOTONIC_RAW, "CLOCK_MONOTONIC_RAW" },
		{ CLOCK_REALTIME, "CLOCK_REALTIME" },
		{ CLOCK_BOOTTIME, "CLOCK_BOOTTIME" },
		{ CLOCK_MONOTONIC_COARSE, "CLOCK_MONOTONIC_COARSE" },
		{ CLOCK_REALTIME_COARSE, "CLOCK_REALTIME_COARSE" },
		{ CLOCK_TAI, "CLOCK_TAI" },
	};
	struct timespec resolution;
	double start, wall;
	long longest = 0;

	for (size_t i = 0; i < sizeof(clock) / sizeof(clock[0]); i++) {
		long last = ns_of(clock[i].id, 0), here;
		int back = 0;

		for (int n = 0; n < 20000; n++) {
			here = ns_of(clock[i].id, n % 10 == 0);
			back += here < last;
			if (here - last > longest)
				longest = here - last;
			last = here;
		}
		ok(!back,
		   "%s never goes back in 20000 reads, through the C library and the call in turn",
		   clock[i].name);
	}
	clock_getres(CLOCK_MONOTONIC, &resolution);
	is(resolution.tv_nsec, 1,
	   "CLOCK_MONOTONIC has a resolution of 1 ns (high-resolution timers are on)");
	double drift = 1;

	/* The host may delay us between two readings, so try up to five times. */
	for (int i = 0; i < 5 && !(drift > -0.02 && drift < 0.02); i++) {
		start = now(CLOCK_MONOTONIC);
		wall = now(CLOCK_REALTIME);
		usleep(300000);
		drift = (now(CLOCK_REALTIME) - wall) - (now(CLOCK_MONOTONIC) - start);
	}
	ok(drift > -0.02 && drift < 0.02,
	   "CLOCK_REALTIME and CLOCK_MONOTONIC run at the same rate");
	ok(now(CLOCK_REALTIME) > 1.7e9,
	   "the machine starts with the host's time (CLOCK_REALTIME is after 2023)");
	struct timeval by_gettimeofday;

	gettimeofday(&by_gettimeofday, NULL);
	drift = by_gettimeofday.tv_sec + by_gettimeofday.tv_usec / 1e6 - now(CLOCK_REALTIME);
	ok(drift > -0.1 && drift < 0.01, "gettimeofday agrees with CLOCK_REALTIME");
	struct timespec time;

	ok(clock_gettime(77, &time) == -1 && errno == EINVAL, "an unknown clock gives EINVAL");
	ok(syscall(SYS_clock_gettime, CLOCK_REALTIME, 16) == -1 && errno == EFAULT,
	   "clock_gettime with a bad pointer gives EFAULT");
}

static void *read_clock(void *argument)
{
	static long latest;
	int back = 0;

	(void)argument;
	for (int i = 0; i < 20000; i++) {
		long before = __atomic_load_n(&latest, __ATOMIC_SEQ_CST);
		long here = ns_of(CLOCK_MONOTONIC, 0);

		back += here < before;
		while (before < here &&
		       !__atomic_compare_exchange_n(&latest, &before, here, 0, __ATOMIC_SEQ_CST,
						    __ATOMIC_SEQ_CST))
			;
	}
	return (void *)(long)back;
}

static void across_threads(void)
{
	pthread_t thread[4];
	int back = 0;
	void *result;

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, read_clock, NULL);
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], &result);
		back += (long)result;
	}
	is(back, 0, "no thread sees a time before one that another thread saw");
}

static void sleeps(void)
{
	static const long length_us[] = { 100, 500, 1000, 5000, 20000, 100000 };

	for (size_t i = 0; i < sizeof(length_us) / sizeof(length_us[0]); i++) {
		struct timespec nap = { 0, length_us[i] * 1000 };
		double least = 1e9, sum = 0, took;
		int rounds = 0, early = 0;

		/* Take the best of several sleeps, because a busy host may delay any of them. */
		while (rounds < (length_us[i] < 5000 ? 50 : 5) ||
		       (rounds < 50 && least >= length_us[i] + 900)) {
			took = now(CLOCK_MONOTONIC);
			nanosleep(&nap, NULL);
			took = (now(CLOCK_MONOTONIC) - took) * 1e6;
			early += took < length_us[i];
			sum += took;
			rounds++;
			if (took < least)
				least = took;
		}
		ok(!early && least < length_us[i] + 900,
		   "a sleep of %ld us ends on time (best %.0f us, mean %.0f us)", length_us[i],
		   least, sum / rounds);
	}
	struct timespec until;
	double start, took, least = 10;
	int early = 0;

	for (int i = 0; i < 10 && (i < 2 || least > 0.15); i++) {
		start = now(CLOCK_MONOTONIC);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += 50000000;
		if (until.tv_nsec >= 1000000000)
			until.tv_sec++, until.tv_nsec -= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		took = now(CLOCK_MONOTONIC) - start;
		early += took < 0.0499;
		least = took < least ? took : least;
	}
	ok(!early && least < 0.15, "clock_nanosleep wakes at an absolute time (%.1f ms)",
	   least * 1000);
	is(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){ 1, 0 }, NULL), 0,
	   "clock_nanosleep to a time in the past returns at once");
}

static volatile sig_atomic_t nr_ticks;
static volatile int last_value;

static void tick(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	nr_ticks++;
	last_value = info->si_value.sival_int;
}

static void work(double seconds, clockid_t clock)
{
	double end = now(clock) + seconds;

	while (now(clock) < end)
		;
}

static void timers(void)
{
	struct sigaction action = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN,
				  .sigev_value.sival_int = 99 };
	struct itimerspec spec = { { 0, 10000000 }, { 0, 10000000 } }, left;
	struct itimerval interval = { { 0, 10000 }, { 0, 10000 } }, none = { 0 };
	timer_t timer;
	double start;
	int rounds;

	sigaction(SIGRTMIN, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGVTALRM, &action, NULL);
	sigaction(SIGPROF, &action, NULL);
	is(timer_create(CLOCK_MONOTONIC, &event, &timer), 0, "timer_create succeeds");
	nr_ticks = 0;
	timer_settime(timer, 0, &spec, NULL);
	start = now(CLOCK_MONOTONIC);
	/* Wait longer if the host stalled, because all ticks that it missed count as one. */
	while (now(CLOCK_MONOTONIC) - start < 0.505 ||
	       (nr_ticks < 15 && now(CLOCK_MONOTONIC) - start < 10))
		usleep(2000);
	timer_gettime(timer, &left);
	spec = (struct itimerspec){ 0 };
	timer_settime(timer, 0, &spec, NULL);
	ok(nr_ticks >= 15 && nr_ticks <= (now(CLOCK_MONOTONIC) - start) * 100 + 1 &&
	   last_value == 99,
	   "a 10 ms timer ticks about 50 times in half a second (%d)", (int)nr_ticks);
	ok(left.it_value.tv_sec == 0 && left.it_value.tv_nsec <= 10000000,
	   "timer_gettime returns the time left");
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &block, NULL);
	spec = (struct itimerspec){ { 0, 1000000 }, { 0, 1000000 } };
	start = now(CLOCK_MONOTONIC);
	timer_settime(timer, 0, &spec, NULL);
	usleep(100000);
	nr_ticks = 0;
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	int overrun = timer_getoverrun(timer);

	timer_delete(timer);
	ok(overrun >= 60 && overrun <= (now(CLOCK_MONOTONIC) - start) * 1000 + 1,
	   "timer_getoverrun counts the expirations that a blocked signal missed (%d)", overrun);

	event.sigev_value.sival_int = 7;
	timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer);
	spec = (struct itimerspec){ { 0, 0 }, { 0, 50000000 } };
	nr_ticks = 0;
	timer_settime(timer, 0, &spec, NULL);
	usleep(100000);
	is(nr_ticks, 0, "a timer on CPU time does not advance during a sleep");
	work(0.12, CLOCK_PROCESS_CPUTIME_ID);
	is(nr_ticks, 1, "a timer on CPU time expires after 50 ms of work");
	timer_delete(timer);

	nr_ticks = 0;
	setitimer(ITIMER_REAL, &interval, NULL);
	start = now(CLOCK_MONOTONIC);
	while (now(CLOCK_MONOTONIC) - start < 0.305 ||
	       (nr_ticks < 9 && now(CLOCK_MONOTONIC) - start < 10))
		usleep(2000);
	setitimer(ITIMER_REAL, &none, NULL);
	ok(nr_ticks >= 9 && nr_ticks <= (now(CLOCK_MONOTONIC) - start) * 100 + 1,
	   "ITIMER_REAL ticks every 10 ms (%d of about 30)", (int)nr_ticks);
	nr_ticks = 0;
	setitimer(ITIMER_VIRTUAL, &interval, NULL);
	rounds = 0;
	do
		work(0.3, CLOCK_PROCESS_CPUTIME_ID);
	while (++rounds < 10 && nr_ticks < 1);
	setitimer(ITIMER_VIRTUAL, &none, NULL);
	ok(nr_ticks >= 1 && nr_ticks <= 35 * rounds,
	   "ITIMER_VIRTUAL ticks while the program computes (%d)", (int)nr_ticks);
	nr_ticks = 0;
	setitimer(ITIMER_PROF, &interval, NULL);
	rounds = 0;
	do
		work(0.3, CLOCK_PROCESS_CPUTIME_ID);
	while (++rounds < 10 && nr_ticks < 5);
	setitimer(ITIMER_PROF, &none, NULL);
	ok(nr_ticks >= 5 && nr_ticks <= 35 * rounds,
	   "ITIMER_PROF ticks while the program uses CPU time (%d)", (int)nr_ticks);
}

static void timer_descriptors(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), poll_fd = epoll_create1(0);
	struct itimerspec spec = { { 0, 5000000 }, { 0, 5000000 } };
	struct epoll_event event = { .events = EPOLLIN };
	unsigned long expired = 0, sum = 0;
	double start = now(CLOCK_MONOTONIC);

	ok(read(fd, &expired, 8) == -1 && errno == EAGAIN,
	   "a read of a timerfd that is not armed gives EAGAIN");
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
	timerfd_settime(fd, 0, &spec, NULL);
	while (now(CLOCK_MONOTONIC) - start < 0.2) {
		epoll_wait(poll_fd, &event, 1, 1000);
		if (read(fd, &expired, 8) == 8)
			sum += expired;
	}
	if (read(fd, &expired, 8) == 8) /* the host may have stalled since the last read */
		sum += expired;
	ok(sum >= 38 && sum <= (now(CLOCK_MONOTONIC) - start) * 200 + 1,
	   "a 5 ms timerfd counts about 40 expirations in 200 ms and loses none (%lu)", sum);
	close(fd), close(poll_fd);
}

static void processor_time(void)
{
	struct tms before, after;
	struct timespec cpu_start, cpu_end;
	double wall;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_start);
	usleep(200000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_end);
	double idle = (cpu_end.tv_sec - cpu_start.tv_sec) +
		      (cpu_end.tv_nsec - cpu_start.tv_nsec) / 1e9;

	ok(idle < 0.02, "a sleep of 200 ms uses no CPU time (%.2f ms)", idle * 1000);
	times(&before);
	wall = now(CLOCK_MONOTONIC);
	work(0.3, CLOCK_MONOTONIC);
	wall = now(CLOCK_MONOTONIC) - wall;
	times(&after);
	long ticks = (after.tms_utime + after.tms_stime) - (before.tms_utime + before.tms_stime);

	ok(ticks >= 5 && ticks <= wall * 100 + 3, "times() accounts 300 ms of work (%ld ticks)",
	   ticks);
	ok(after.tms_utime + after.tms_stime >= before.tms_utime + before.tms_stime,
	   "the CPU time of times() does not go back");
}

static void set_clock(void)
{
	struct timespec time, again;

	if (!in_guest())
		return skip("root in the guest can set the machine's clock", "not in a guest");
	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_sec += 86400;
	is(clock_settime(CLOCK_REALTIME, &time), 0,
	   "root in the guest can set the machine's clock");
	clock_gettime(CLOCK_REALTIME, &again);
	ok(again.tv_sec - time.tv_sec < 2, "CLOCK_REALTIME shows the time that was set");
	time.tv_sec -= 86400;
	clock_settime(CLOCK_REALTIME, &time);
	/* The host's clock cannot have changed, because we are unprivileged there. */
}

static void rtc(void)
{
	int fd = open("/dev/rtc0", O_RDONLY);
	struct rtc_time read_time;
	struct tm broken = { 0 };

	if (fd < 0 && !in_guest())
		return skip("/dev/rtc0 shows the current time", strerror(errno));
	ok(fd >= 0, "/dev/rtc0 can be opened");
	if (!ok(ioctl(fd, RTC_RD_TIME, &read_time) == 0, "RTC_RD_TIME succeeds"))
		return;
	broken.tm_year = read_time.tm_year;
	broken.tm_mon = read_time.tm_mon;
	broken.tm_mday = read_time.tm_mday;
	broken.tm_hour = read_time.tm_hour;
	broken.tm_min = read_time.tm_min;
	broken.tm_sec = read_time.tm_sec;
	long difference = timegm(&broken) - time(NULL);

	ok(difference >= -5 && difference <= 5, "/dev/rtc0 shows the current time (off by %+ld s)",
	   difference);
	close(fd);
}

int main(void)
{
	clocks();
	across_threads();
	sleeps();
	timers();
	timer_descriptors();
	processor_time();
	set_clock();
	rtc();
	return tap_done();
}
