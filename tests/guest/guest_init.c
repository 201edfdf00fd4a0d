// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest_init.c - process 1 of a test guest: run the topics that the command line names
 *
 * Kernel parameters, all optional:
 *   topic=a,b   run /topics/a, then /topics/b
 *   limit=N     time limit of a topic in seconds (default 60)
 *   then=WHAT   what to do after the topics: poweroff (default), reboot, halt, panic, exit, idle,
 *               prompt
 * The output of a topic goes to the console as lines "@<topic> <line>" between "@begin <topic>" and
 * "@end <topic> <how it ended>"; tests/lib/guest.sh reads them. A topic that hangs is killed with
 * all its children, and the next one still runs. then=prompt reads commands from the console
 * (do_command()).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t asked_to_stop;
static sigset_t open_mask; /* an empty mask: no signal is blocked while waiting */

/* Prints a line with one write(), so that no kernel message splits the line. */
__attribute__((format(printf, 1, 2)))
static void say(const char *fmt, ...)
{
	char line[1400];
	va_list args;
	int size;

	va_start(args, fmt);
	size = vsnprintf(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	if (size > (int)sizeof(line) - 2)
		size = sizeof(line) - 2;
	line[size++] = '\n';
	if (write(STDOUT_FILENO, line, size) < 0)
		return;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		say("@note cannot write %s: %s", path, strerror(errno));
	close(fd);
}

static void mount_all(void)
{
	static const char *const table[][3] = {
		{ "proc", "/proc", "" }, { "sysfs", "/sys", "" }, { "devtmpfs", "/dev", "" },
		{ "tmpfs", "/tmp", "mode=1777" }, { "tmpfs", "/dev/shm", "mode=1777" },
		{ "devpts", "/dev/pts", "ptmxmode=0666" }, { "cgroup2", "/sys/fs/cgroup", "" },
		{ "mqueue", "/dev/mqueue", "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		mkdir(table[i][1], 0755);
		if (mount(table[i][0], table[i][1], table[i][0], 0, table[i][2]) < 0 &&
		    errno != EBUSY)
			say("@note no %s on %s: %s", table[i][0], table[i][1], strerror(errno));
	}
	symlink("/proc/self/fd", "/dev/fd");
}

/* Returns the value of a kernel parameter in a static buffer, or @fallback. */
static const char *parameter(const char *name, const char *fallback)
{
	static char line[8192], value[8192];
	size_t name_size = strlen(name);
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	close(fd);
	if (size < 0)
		return fallback;
	line[size] = 0;
	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
		if (strncmp(word, name, name_size) || word[name_size] != '=')
			continue;
		strcpy(value, word + name_size + 1);
		return value;
	}
	return fallback;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* Relays what arrived on @fd; an incomplete line stays in the buffer. 0: end of file or error. */
static int relay(const char *topic, int fd, char *buffer, size_t room, size_t *used)
{
	ssize_t size = read(fd, buffer + *used, room - *used - 1);
	char *line = buffer, *end;

	if (size <= 0 && *used == 0)
		return 0;
	if (size > 0)
		*used += size;
	buffer[*used] = 0;
	while ((end = strchr(line, '\n'))) {
		*end = 0;
		say("@%s %s", topic, line);
		line = end + 1;
	}
	*used -= line - buffer;
	memmove(buffer, line, *used);
	if (*used && (size <= 0 || *used >= room - 1)) {
		buffer[*used] = 0;
		say("@%s %s", topic, buffer);
		*used = 0;
	}
	return size > 0;
}

static void run_topic(const char *topic, double limit)
{
	char path[256], buffer[1024];
	size_t used = 0;
	int pipe_fd[2], status = 0, timed_out = 0, ended = 0;
	double deadline = now() + limit, drained = 0;
	pid_t pid;

	snprintf(path, sizeof(path), "/topics/%s", topic);
	say("@begin %s", topic);
	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &open_mask, NULL);
		setsid();
		dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 0);
		dup2(pipe_fd[1], 1);
		dup2(pipe_fd[1], 2);
		chdir("/tmp");
		execl(path, topic, NULL);
		dprintf(1, "not ok - cannot run %s: %s\n", path, strerror(errno));
		_exit(127);
	}
	close(pipe_fd[1]);
	/* Read to the end of the output; a remaining child can delay it for half a second. */
	while (!ended || now() < drained) {
		struct pollfd poll_fd = { .fd = pipe_fd[0], .events = POLLIN };
		pid_t gone;

		if (poll(&poll_fd, 1, 100) > 0 &&
		    !relay(topic, pipe_fd[0], buffer, sizeof(buffer), &used) && ended)
			break;
		while (!ended && (gone = waitpid(-1, &status, WNOHANG)) > 0) {
			if (gone == pid) {
				ended = 1;
				drained = now() + 0.5;
			}
		}
		if (!ended && now() > deadline) {
			timed_out = 1;
			kill(-1, SIGKILL);
			deadline += 10;
		}
	}
	while (kill(-1, SIGKILL) == 0 && waitpid(-1, NULL, 0) > 0)
		;
	close(pipe_fd[0]);
	if (timed_out)
		say("@end %s timeout after %.0f s", topic, limit);
	else if (WIFSIGNALED(status))
		say("@end %s signal %d", topic, WTERMSIG(status));
	else
		say("@end %s exit %d", topic, WEXITSTATUS(status));
}

static void finish(const char *what)
{
	sync();
	if (!strcmp(what, "reboot"))
		reboot(RB_AUTOBOOT);
	if (!strcmp(what, "halt"))
		reboot(RB_HALT_SYSTEM);
	if (!strcmp(what, "panic"))
		write_file("/proc/sysrq-trigger", "c");
	if (!strcmp(what, "exit"))
		exit(3);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* Carries out a command of then=prompt. Each command prints one line that starts with "@". */
static void do_command(char *line)
{
	char *rest = strchr(line, ' ');

	if (rest)
		*rest++ = 0;
	if (!strcmp(line, "echo")) {
		say("@echo %s", rest ? rest : "");
	} else if (!strcmp(line, "winsize")) {
		struct winsize size = { 0 };

		ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
		say("@winsize %d %d", size.ws_row, size.ws_col);
	} else if (!strcmp(line, "sysrq") && rest) {
		write_file("/proc/sysrq-trigger", rest);
	} else if (!strcmp(line, "topic") && rest) {
		run_topic(rest, 60);
	} else if (!strcmp(line, "sleep") && rest) {
		double end = now() + atof(rest);

		while (now() < end)
			usleep(10000);
		say("@slept %s", rest);
	} else if (!strcmp(line, "spawn") && rest) {
		/* Start a child in the given state: 1 waits, 2 computes. */
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				if (*rest == '1')
					pause();
		say("@spawned %d", pid);
	} else if (!strcmp(line, "reap")) {
		int status = 0;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		say("@reaped %d %#x", pid, status);
	} else if (!strcmp(line, "uptime")) {
		say("@uptime %.2f %ld", now(), (long)time(NULL));
	} else if (!strcmp(line, "flood") && rest) {
		for (int i = atoi(rest); i > 0; i--)
			say("@flood %d 0123456789abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", i);
		say("@flooded");
	} else if (!strcmp(line, "write") && rest) {
		/* Write and flush a megabyte on a device or file; report the first error. */
		static char block[1 << 20];
		int fd = open(rest, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		int error = 0;

		if (fd < 0 || write(fd, block, sizeof(block)) < (ssize_t)sizeof(block) ||
		    fsync(fd) < 0)
			error = errno;
		close(fd);
		say("@write %s", error ? strerror(error) : "done");
	} else if (!strcmp(line, "read") && rest) {
		static char block[1 << 16];
		int fd = open(rest, O_RDONLY | O_CLOEXEC);
		ssize_t size = read(fd, block, sizeof(block));

		say("@read %s",
		    size < 0 ? strerror(errno) : size < (ssize_t)sizeof(block) ? "short" : "done");
		close(fd);
	} else if (!strcmp(line, "show") && rest) {
		FILE *file = fopen(rest, "re");
		char text[200];

		while (file && fgets(text, sizeof(text), file))
			say("@show %.*s", (int)strcspn(text, "\n"), text);
		if (file)
			fclose(file);
		say("@shown");
	} else if (*line) {
		finish(line);
	}
}

/* Reads one line from the console; "" after a signal. */
static int read_line(char *line, size_t room)
{
	size_t used = 0;

	while (used < room - 1) {
		struct pollfd poll_fd = { .fd = STDIN_FILENO, .events = POLLIN };
		ssize_t size;

		/* Stop signals are blocked except here, so none arrives between test and wait. */
		if (asked_to_stop)
			return 0;
		if (ppoll(&poll_fd, 1, NULL, &open_mask) < 0)
			continue;
		size = read(STDIN_FILENO, line + used, 1);
		if (size <= 0)
			return -1;
		if (line[used] == '\n')
			break;
		used++;
	}
	line[used] = 0;
	return 0;
}

static void prompt(void)
{
	char line[256];

	for (;;) {
		dprintf(STDOUT_FILENO, "guest# ");
		line[0] = 0;
		if (read_line(line, sizeof(line)) < 0) {
			/* The input of the console has ended, but the machine stays in use. */
			say("@eof");
			while (!asked_to_stop)
				sigsuspend(&open_mask);
		}
		if (asked_to_stop) {
			say("@asked to stop");
			finish("poweroff");
		}
		do_command(line);
	}
}

static void on_stop(int number)
{
	(void)number;
	asked_to_stop = 1;
}

int main(void)
{
	/* Ctrl-Alt-Del arrives as SIGINT, a clean shutdown as SIGINT, SIGTERM or SIGPWR. */
	struct sigaction stop = { .sa_handler = on_stop };
	const char *then;
	char topics[8192];
	sigset_t block;
	double limit;
	int console;

	/* The kernel runs /sbin/poweroff to ask for a clean shutdown. */
	if (getpid() != 1)
		return kill(1, SIGTERM) != 0;
	mount_all();
	console = open("/dev/console", O_RDWR);
	if (console >= 0) {
		dup2(console, 0);
		dup2(console, 1);
		dup2(console, 2);
	}
	setsid();
	ioctl(0, TIOCSCTTY, 1);
	reboot(RB_DISABLE_CAD);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGPWR, &stop, NULL);
	setenv("UMLAB_GUEST", "1", 1);
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	write_file("/proc/sys/kernel/printk", parameter("console_level", "4"));
	say("@guest up");
	limit = atof(parameter("limit", "60"));
	strcpy(topics, parameter("topic", ""));
	for (char *next = topics, *topic; (topic = strsep(&next, ",")); )
		if (*topic)
			run_topic(topic, limit);
	sigemptyset(&block);
	sigaddset(&block, SIGINT), sigaddset(&block, SIGTERM), sigaddset(&block, SIGPWR);
	sigprocmask(SIG_BLOCK, &block, &open_mask);
	then = parameter("then", "poweroff");
	say("@then %s", then);
	if (!strcmp(then, "prompt"))
		prompt();
	while (!strcmp(then, "idle") && !asked_to_stop)
		sigsuspend(&open_mask);
	finish(then);
}
