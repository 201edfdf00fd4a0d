// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile_agent.c - replace the agent of a machine, and break the rules of its protocol
 *
 * t8090-hostile-agent.sh starts this program as root in a machine. It kills the agent, takes the
 * agent's console, and answers each request by what the request's word "mode=..." asks for. It
 * reports nothing: the test looks at what the host makes of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* As in labs/link/agentwire.h, but this program must not share code with what it attacks. */
enum { HELLO = 1, OPEN = 6, INPUT, OUTPUT, ERRORS, CREDIT, RESIZE, SIGNAL, EXIT, REFUSED, CLOSE };
enum { PAYLOAD = 16384, WINDOW = 131072 };

struct header {
	uint8_t magic, type;
	uint16_t channel;
	uint32_t size;
};

static int line = -1;

static void put(const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t done = write(line, at, size);

		if (done < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = line, .events = POLLOUT }, 1, 1000);
			continue;
		}
		if (done < 0)
			_exit(1);
		at += done;
		size -= done;
	}
}

static void frame(int type, int channel, const void *data, size_t size)
{
	struct header header = { 0xa5, type, channel, size };

	put(&header, sizeof(header));
	put(data, size);
}

/* Kills the agent and its watcher, which have this name. */
static void agents_kill(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300], name[64];
	FILE *file;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fgets(name, sizeof(name), file) && !strncmp(name, "umlab-agent", 11))
			kill(atoi(entry->d_name), SIGKILL);
		fclose(file);
	}
	if (dir)
		closedir(dir);
}

static void line_take(void)
{
	struct termios mode;

	line = open("/dev/hvc1", O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (line < 0 || tcgetattr(line, &mode))
		_exit(1);
	cfmakeraw(&mode);
	tcsetattr(line, TCSANOW, &mode);
}

static void hello(int number)
{
	char text[32];

	snprintf(text, sizeof(text), "%x 1", 0xbad00 + number);
	frame(HELLO, 0, text, strlen(text));
}

/* Sends output without waiting for credit, then the end of the program. */
static void flood(int channel, size_t size)
{
	static char data[PAYLOAD];
	int status = 0;

	memset(data, 'f', sizeof(data));
	for (size_t sent = 0; sent < size; sent += sizeof(data))
		frame(OUTPUT, channel, data, sizeof(data));
	frame(EXIT, channel, &status, sizeof(status));
}

static void answer(int channel, const char *mode)
{
	static const char escapes[] = "125 \033]0;owned\a\033[2J\xff\xfe\nok - forged";
	static const char output[] = "\033[2J\xff\xc3\nok - forged\n1..1\n  PASS  forged\n\0after";
	int status = 1 << 8;

	if (!strcmp(mode, "empty"))
		frame(REFUSED, channel, "", 0);
	else if (!strcmp(mode, "escapes"))
		frame(REFUSED, channel, escapes, sizeof(escapes) - 1);
	else if (!strcmp(mode, "exit"))
		frame(EXIT, channel, "x", 1);
	else if (!strcmp(mode, "credit"))
		frame(CREDIT, channel, "\xff\xff\xff\x7f", 4);
	else if (!strcmp(mode, "flood"))
		flood(channel, 64 << 20);
	else if (!strcmp(mode, "output")) {
		frame(OUTPUT, channel, output, sizeof(output) - 1);
		frame(EXIT, channel, &status, sizeof(status));
	} else if (!strcmp(mode, "hellos")) {
		for (int i = 0; i < 20000; i++)
			hello(i);
	}
	/* "silent": no answer at all. */
}

/* The startup scripts: prints more than a log should hold, within the credit that it gets. */
static struct { int channel; long credit; size_t left; } script;

static void script_print(void)
{
	static char data[PAYLOAD];
	int status = 0;

	memset(data, 's', sizeof(data));
	while (script.left && script.credit >= PAYLOAD) {
		frame(OUTPUT, script.channel, data, sizeof(data));
		script.credit -= PAYLOAD;
		script.left -= PAYLOAD;
		if (!script.left)
			frame(EXIT, script.channel, &status, sizeof(status));
	}
}

static void request(const struct header *header, const char *payload)
{
	uint32_t credit;

	if (header->type == CREDIT && script.left && header->channel == script.channel) {
		memcpy(&credit, payload, sizeof(credit));
		script.credit += credit;
		script_print();
	}
	if (header->type != OPEN)
		return;
	for (const char *at = payload; at < payload + header->size; at += strlen(at) + 1) {
		if (!strncmp(at, "arg=", 4) && strstr(at, "mode="))
			answer(header->channel, strstr(at, "mode=") + 5);
		if (!strncmp(at, "arg=", 4) && strstr(at, "startup.sh")) {
			script.channel = header->channel;
			script.credit = WINDOW;
			script.left = 16 << 20;
			script_print();
		}
	}
}

/* Reads frames for ever. The keeper is honest, so its frames need no checks. */
static void serve(void)
{
	static char buf[4 * PAYLOAD + 1];
	struct header header;
	size_t used = 0, at;
	ssize_t size;

	for (;;) {
		size = read(line, buf + used, sizeof(buf) - 1 - used);
		if (size <= 0) {
			poll(&(struct pollfd){ .fd = line, .events = POLLIN }, 1, 1000);
			continue;
		}
		used += size;
		for (at = 0; used - at >= sizeof(header);) {
			memcpy(&header, buf + at, sizeof(header));
			if (header.magic != 0xa5) {
				at++;
				continue;
			}
			if (used - at < sizeof(header) + header.size)
				break;
			request(&header, buf + at + sizeof(header));
			at += sizeof(header) + header.size;
		}
		memmove(buf, buf + at, used - at);
		used -= at;
	}
}

int main(void)
{
	static const char zeros[PAYLOAD];

	/* The agent that started this program dies, and its programs get a hangup. */
	if (fork())
		return 0;
	setsid();
	signal(SIGHUP, SIG_IGN);
	agents_kill();
	line_take();
	put(zeros, sizeof(zeros));
	hello(0);
	serve();
}
