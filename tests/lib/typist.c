// SPDX-License-Identifier: GPL-2.0-only
/*
 * typist.c - run a program on a pseudo terminal, type what a script says, and report in TAP
 *
 * usage: typist [-l LOG] SCRIPT COMMAND [ARGUMENT...]
 *
 * Runs the command on a new pseudo terminal of 24 rows and 80 columns, which becomes its
 * controlling terminal, and carries out the script. console.sh runs guests in this way. The
 * script has one action per line:
 *   expect SECONDS ERE     wait until the output since the last match matches the pattern
 *   send TEXT              type the text and Return; \r \n \t \\ \xHH are understood
 *   type TEXT              type the text only
 *   sleep SECONDS          let the command run
 *   resize ROWS COLUMNS    change the window
 *   signal NUMBER          send a signal to the command's process
 *   hangup                 close the terminal
 *   status SECONDS WANT    wait for the command's end; WANT is a number, "nonzero" or "signal"
 *   settings               check that the terminal has its settings from before the command
 *   ok TITLE               claim that all actions since the last claim succeeded
 * After a failed action typist skips all further actions, and each further claim fails.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

static int master_fd = -1, slave_fd = -1, log_fd = -1;
static pid_t child;
static int child_ended, child_status;
static char output[1 << 20]; /* since the last match */
static size_t output_size;
static struct termios settings_before;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void start(char **command)
{
	struct winsize window = { .ws_row = 24, .ws_col = 80 };

	if (openpty(&master_fd, &slave_fd, NULL, NULL, &window) < 0) {
		perror("typist: no pseudo terminal");
		exit(2);
	}
	fcntl(master_fd, F_SETFD, FD_CLOEXEC);
	tcgetattr(slave_fd, &settings_before);
	child = fork();
	if (child == 0) {
		login_tty(slave_fd);
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	fcntl(slave_fd, F_SETFD, FD_CLOEXEC);
}

/* Reads what the command has printed; waits up to @seconds for output. */
static void take_output(double seconds)
{
	struct pollfd poll_fd = { .fd = master_fd, .events = POLLIN };
	ssize_t size;

	if (output_size > sizeof(output) / 2) {
		memmove(output, output + sizeof(output) / 4, output_size - sizeof(output) / 4);
		output_size -= sizeof(output) / 4;
	}
	if (poll(&poll_fd, 1, seconds * 1000) > 0 && (poll_fd.revents & POLLIN)) {
		size = read(master_fd, output + output_size, sizeof(output) / 4);
		if (size > 0 && log_fd >= 0 && write(log_fd, output + output_size, size) < 0)
			perror("typist: log");
		for (char *from = output + output_size, *end = from + size; from < end; from++)
			if (*from)
				output[output_size++] = *from;
	}
	output[output_size] = 0;
	if (!child_ended && waitpid(child, &child_status, WNOHANG) == child)
		child_ended = 1;
}

static int expect(double seconds, const char *pattern)
{
	double end = now() + seconds;
	regmatch_t match;
	regex_t regex;
	int found = 0;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE)) {
		printf("# bad pattern %s\n", pattern);
		return 0;
	}
	for (;;) {
		int had_ended = child_ended;

		take_output(0.05);
		found = regexec(&regex, output, 1, &match, 0) == 0;
		if (found || now() > end || had_ended)
			break;
	}
	regfree(&regex);
	if (!found) {
		printf("# no match for: %s%s\n", pattern,
		       child_ended ? " (the command has ended)" : "");
		return 0;
	}
	output_size -= match.rm_eo;
	memmove(output, output + match.rm_eo, output_size + 1);
	return 1;
}

static int type(char *text, int with_return)
{
	char *to = text;

	for (char *from = text; *from; from++) {
		if (*from != '\\' || !from[1]) {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from == 'x' && isxdigit((unsigned char)from[1]) &&
		    isxdigit((unsigned char)from[2])) {
			char digits[3] = { from[1], from[2], 0 };

			*to++ = strtol(digits, NULL, 16);
			from += 2;
		} else {
			*to++ = *from == 'r' ? '\r' : *from == 'n' ? '\n' :
				*from == 't' ? '\t' : *from;
		}
	}
	if (write(master_fd, text, to - text) != to - text)
		return 0;
	return !with_return || write(master_fd, "\r", 1) == 1;
}

static int status(double seconds, const char *want)
{
	double end = now() + seconds;

	while (!child_ended && now() < end) {
		if (master_fd >= 0) {
			take_output(0.05);
		} else {
			usleep(20000);
			child_ended = waitpid(child, &child_status, WNOHANG) == child;
		}
	}
	if (!child_ended) {
		printf("# still running after %g s\n", seconds);
		return 0;
	}
	if (master_fd >= 0)
		for (int i = 0; i < 5; i++)
			take_output(0.02);
	if (!strcmp(want, "signal"))
		return WIFSIGNALED(child_status);
	if (!strcmp(want, "nonzero") ? child_status != 0 : child_status == atoi(want) << 8)
		return 1;
	printf("# ended with %s %d\n", WIFSIGNALED(child_status) ? "signal" : "status",
	       WIFSIGNALED(child_status) ? WTERMSIG(child_status) : WEXITSTATUS(child_status));
	return 0;
}

static int settings(void)
{
	struct termios after;

	tcgetattr(slave_fd, &after);
	if (after.c_iflag == settings_before.c_iflag && after.c_oflag == settings_before.c_oflag &&
	    after.c_cflag == settings_before.c_cflag && after.c_lflag == settings_before.c_lflag &&
	    !memcmp(after.c_cc, settings_before.c_cc, sizeof(after.c_cc)))
		return 1;
	printf("# settings: iflag %#x, was %#x; oflag %#x, was %#x; lflag %#x, was %#x\n",
	       after.c_iflag, settings_before.c_iflag, after.c_oflag, settings_before.c_oflag,
	       after.c_lflag, settings_before.c_lflag);
	return 0;
}

static int act(const char *action, char *rest)
{
	char *second = rest + strcspn(rest, " ");
	double number = atof(rest);

	if (!strcmp(action, "send") || !strcmp(action, "type"))
		return type(rest, action[0] == 's');
	if (*second)
		*second++ = 0;
	if (!strcmp(action, "expect"))
		return expect(number, second);
	if (!strcmp(action, "status"))
		return status(number, second);
	if (!strcmp(action, "settings"))
		return settings();
	if (!strcmp(action, "signal"))
		return !child_ended && kill(child, atoi(rest)) == 0;
	if (!strcmp(action, "resize")) {
		struct winsize window = { .ws_row = atoi(rest), .ws_col = atoi(second) };

		return ioctl(master_fd, TIOCSWINSZ, &window) == 0;
	}
	if (!strcmp(action, "sleep")) {
		for (double end = now() + number; now() < end; )
			take_output(0.02);
		return 1;
	}
	if (!strcmp(action, "hangup")) {
		close(slave_fd);
		close(master_fd);
		master_fd = slave_fd = -1;
		return 1;
	}
	printf("# unknown action %s\n", action);
	return 0;
}

/* Shows the last lines of output, to explain a failure. */
static void show_output(void)
{
	char *at = output + output_size, *line;
	int lines = 0;

	while (at > output && lines < 25)
		lines += *--at == '\n';
	for (line = strtok(at, "\n"); line; line = strtok(NULL, "\n")) {
		line[strcspn(line, "\r")] = 0;
		printf("# | %s\n", line);
	}
}

int main(int argc, char **argv)
{
	char line[4096];
	int failed = 0, failures = 0;
	FILE *script;

	if (argc > 2 && !strcmp(argv[1], "-l")) {
		log_fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		argv += 2;
		argc -= 2;
	}
	script = argc > 2 ? fopen(argv[1], "re") : NULL;
	if (!script) {
		fprintf(stderr, "usage: typist [-l LOG] SCRIPT COMMAND [ARGUMENT...]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	start(argv + 2);
	while (fgets(line, sizeof(line), script)) {
		char *action = line + strspn(line, " \t"), *rest;

		action[strcspn(action, "\n")] = 0;
		if (!*action || *action == '#')
			continue;
		rest = action + strcspn(action, " ");
		if (*rest)
			*rest++ = 0;
		if (!strcmp(action, "ok")) {
			printf("%sok - %s\n", failed ? "not " : "", rest);
			failures += failed;
		} else if (!failed && !act(action, rest)) {
			failed = 1;
			printf("# failed: %s %s\n", action, rest);
			show_output();
		}
	}
	if (!child_ended) {
		kill(child, SIGKILL);
		waitpid(child, &child_status, 0);
	}
	return failures != 0;
}
