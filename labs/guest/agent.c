// SPDX-License-Identifier: GPL-2.0-only
/*
 * agent.c - run programs in a guest for the host, over a console of the machine
 *
 * Theory of operation
 *   The binary is /init of the initial file system that `umlab` gives every machine.
 *   agent_init.c mounts the root file system, forks a process that calls agent_main(), and
 *   becomes the machine's own init. The agent needs nothing from the image: the binary is
 *   static, keeps no file open, and speaks over /dev/hvc1.
 *
 *   agent_main() is a watcher that forks the worker, and a new worker if the worker dies. If
 *   root in the guest kills the worker, only the programs that the worker runs end.
 *
 *   The worker is one poll() loop. Frames from the keeper (link/agentwire.h) start programs,
 *   feed their standard input and resize their terminals; the output and the exit status of
 *   the programs go back (agent_child.c).
 *
 *   At the end of a shutdown, systemd kills all processes except those whose names start with @.
 *   The agent has such a name, so it lives until the machine ends.
 */
#include "guest/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "guest/agent_child.h"
#include "link/agentlink.h"

enum { POLLED_MAX = 2 + AGENT_CHANNELS * CHILD_FDS };

static const char line_path[] = "/dev/hvc1";

/* Writes a line to the kernel's log, the agent's only output. */
static void __attribute__((format(printf, 1, 2))) agent_log(const char *fmt, ...)
{
	char text[300];
	va_list args;
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC), size;

	va_start(args, fmt);
	size = snprintf(text, sizeof(text), "umlab-agent: ");
	size += vsnprintf(text + size, sizeof(text) - size, fmt, args);
	va_end(args);
	if (fd >= 0) {
		(void)!write(fd, text, size < (int)sizeof(text) ? size : (int)sizeof(text) - 1);
		close(fd);
	}
}

/* Opens the console to the keeper as a raw, non-blocking line. */
static int line_open(void)
{
	struct termios mode;
	int fd = open(line_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (tcgetattr(fd, &mode))
		goto out_fd;
	cfmakeraw(&mode);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	mode.c_cflag |= CLOCAL;
	if (tcsetattr(fd, TCSANOW, &mode))
		goto out_fd;
	return fd;
out_fd:
	close(fd);
	return -EIO;
}

static char boot_id[33];	/* random, chosen once per boot */

/* Sends the ids of boot and worker, which show the keeper what was restarted. */
static void hello_send(struct agentlink *link)
{
	char text[64];
	int size = snprintf(text, sizeof(text), "%s %d", boot_id, getpid());

	agentlink_send_zeros(link);
	agentlink_send(link, AGENT_HELLO, 0, text, size);
}

/* Sets the clock if it is wrong by more than 500 ms, as after the host was suspended. */
static void clock_set(const char *payload, size_t size)
{
	struct timespec now, want;
	int64_t nanoseconds, off_ms;

	if (size != sizeof(nanoseconds))
		return;
	memcpy(&nanoseconds, payload, sizeof(nanoseconds));
	want = (struct timespec){ nanoseconds / 1000000000, nanoseconds % 1000000000 };
	clock_gettime(CLOCK_REALTIME, &now);
	off_ms = (now.tv_sec - want.tv_sec) * 1000 + (now.tv_nsec - want.tv_nsec) / 1000000;
	if (llabs(off_ms) > 500)
		clock_settime(CLOCK_REALTIME, &want);
}

static void console_resize(const char *payload, size_t size)
{
	struct winsize window = { 0 };
	char text[32] = "";
	int fd;

	memcpy(text, payload, size < sizeof(text) ? size : sizeof(text) - 1);
	if (sscanf(text, "%hu %hu", &window.ws_row, &window.ws_col) != 2)
		return;
	fd = open("/dev/hvc0", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		ioctl(fd, TIOCSWINSZ, &window);
		close(fd);
	}
}

/* Asks init to shut down: SIGRTMIN+4 for systemd, poweroff for sysvinit, SIGUSR2 for init_tiny. */
static void power_off(void)
{
	if (!access("/run/systemd/private", F_OK))
		kill(1, SIGRTMIN + 4);
	else if (!fork()) {
		execl("/sbin/poweroff", "poweroff", NULL);
		kill(1, SIGUSR2);
		_exit(1);
	}
}

static void frame_take(struct agentlink *link, const struct agent_header *header,
		       const char *payload)
{
	if (header->channel) {
		if (header->type == AGENT_OPEN)
			child_open(link, header->channel, payload, header->size);
		else
			child_frame(link, header, payload);
		return;
	}
	switch (header->type) {
	case AGENT_HELLO:
		child_close_all();
		hello_send(link);
		break;
	case AGENT_TIME:
		clock_set(payload, header->size);
		break;
	case AGENT_SIZE:
		console_resize(payload, header->size);
		break;
	case AGENT_POWEROFF:
		power_off();
		break;
	case AGENT_PING:
		agentlink_send(link, AGENT_PING, 0, NULL, 0);
		break;
	}
}

static void line_take(struct agentlink *link)
{
	struct agent_header header;
	const char *payload;

	if (agentlink_receive(link) <= 0)
		return;
	while (agentlink_next(link, &header, &payload))
		frame_take(link, &header, payload);
}

static void worker_loop(struct agentlink *link, int ended_fd)
{
	static struct pollfd polled[POLLED_MAX];
	struct signalfd_siginfo ended;

	for (;;) {
		bool waiting = child_start_waiting(link);
		int nr;

		agentlink_flush(link);
		polled[0] = (struct pollfd){
			.fd = link->fd,
			.events = POLLIN | (agentlink_pending(link) ? POLLOUT : 0),
		};
		polled[1] = (struct pollfd){ .fd = ended_fd, .events = POLLIN };
		nr = child_poll_fill(polled + 2, POLLED_MAX - 2);
		if (poll(polled, 2 + nr, waiting ? 20 : -1) < 0)
			continue;
		/* Serve output first, because it must be sent before a program's exit status. */
		child_poll_done(link, polled + 2, nr);
		if (polled[1].revents & POLLIN) {
			if (read(ended_fd, &ended, sizeof(ended)) > 0)
				child_reap(link);
		}
		if (polled[0].revents & (POLLIN | POLLHUP | POLLERR))
			line_take(link);
	}
}

static void worker_main(void)
{
	struct agentlink link;
	sigset_t ended;
	int fd, tries = 0;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, NULL);
	while ((fd = line_open()) < 0) {
		if (++tries == 50) {
			agent_log("cannot open %s: %s", line_path, strerror(-fd));
			_exit(0);
		}
		usleep(100000);
	}
	/* The keeper's credit limits what is queued. */
	agentlink_init(&link, fd, SIZE_MAX);
	hello_send(&link);
	worker_loop(&link, signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK));
}

void agent_main(char *name)
{
	unsigned long drawn[2] = { 0 };
	int status;

	/* The @ protects the agent from systemd (see the theory above); ps shows this name. */
	strncpy(name, "@umlab-agent", strlen(name));
	prctl(PR_SET_NAME, "umlab-agent");
	setsid();
	if (getrandom(drawn, sizeof(drawn), 0) < 0)
		clock_gettime(CLOCK_BOOTTIME, (struct timespec *)drawn);
	sprintf(boot_id, "%016lx%016lx", drawn[0], drawn[1]);
	for (;;) {
		pid_t worker = fork();

		if (!worker) {
			worker_main();
			_exit(0);
		}
		if (worker < 0 || waitpid(worker, &status, 0) != worker) {
			sleep(1);
			continue;
		}
		if (WIFEXITED(status) && !WEXITSTATUS(status))
			_exit(0);
		usleep(200000);
	}
}
