// SPDX-License-Identifier: GPL-2.0-only
/*
 * rawterm.c - make the caller's terminal raw for a session, and restore it
 *
 * Called by machine/session.c and by `umlab console`. A function registered with
 * atexit() restores the terminal even if the command ends in the middle of a session.
 */
#include "base/rawterm.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/txt.h"

static struct termios before;
static int raw_fd = -1;

void rawterm_leave(void)
{
	if (raw_fd >= 0)
		tcsetattr(raw_fd, TCSADRAIN, &before);
	raw_fd = -1;
}

void rawterm_enter(int fd)
{
	static bool registered;
	struct termios mode;

	if (tcgetattr(fd, &before))
		return;
	if (!registered)
		atexit(rawterm_leave);
	registered = true;
	raw_fd = fd;
	mode = before;
	cfmakeraw(&mode);
	tcsetattr(fd, TCSADRAIN, &mode);
}

char *rawterm_size(int fd, const char *format)
{
	struct winsize window = { 24, 80, 0, 0 };

	ioctl(fd, TIOCGWINSZ, &window);
	return txt_printf(format, window.ws_row ? window.ws_row : 24,
			  window.ws_col ? window.ws_col : 80);
}

int rawterm_key_parse(const char *text)
{
	int letter;

	if (!strncasecmp(text, "ctrl-", 5))
		text += 5;
	else if (*text == '^' && text[1])
		text++;
	else
		return text[0] && !text[1] ? text[0] : -1;
	letter = toupper((unsigned char)*text);
	return letter >= '@' && letter <= '_' && !text[1] ? letter & 0x1f : -1;
}
