// SPDX-License-Identifier: GPL-2.0-only
/*
 * print.c - write messages to standard error without a console
 *
 * Used before the kernel's console works, and when the kernel has crashed. Called by console
 * drivers, exit.c and others, on any thread of the kernel process and in signal handlers.
 */
#include <um/host.h>
#include "lx/lx_file.h"
#include "lx/lx_poll.h"

enum { STDERR = 2 };

/* A raw terminal needs a carriage return at the end of each line. */
static bool is_raw_terminal(int fd)
{
	struct termios settings;

	return lx_ioctl(fd, TCGETS, (long)&settings) == 0 && !(settings.c_oflag & OPOST);
}

/* Write all of @text: wait for a slow reader, but give up if the reader is gone. */
static void write_all(const char *text, size_t size)
{
	struct pollfd pollfd = { .fd = STDERR, .events = POLLOUT };
	ssize_t ret;

	while (size > 0) {
		ret = lx_write(STDERR, text, size);
		if (ret > 0) {
			text += ret;
			size -= ret;
		} else if (ret == -EAGAIN) {
			lx_ppoll(&pollfd, 1, NULL, NULL);
		} else {
			return;
		}
	}
}

void host_print(const char *text, size_t size)
{
	bool raw = is_raw_terminal(STDERR);
	size_t line;

	while (size > 0) {
		for (line = 0; line < size && text[line] != '\n'; line++)
			;
		if (line < size && !raw)
			line++;
		write_all(text, line);
		text += line;
		size -= line;
		if (raw && size > 0) {
			write_all("\r\n", 2);
			text++;
			size--;
		}
	}
}
