// SPDX-License-Identifier: GPL-2.0-only
/*
 * console_backend.c - connect a console to an object on the host
 *
 *   conN=fd:IN[,fd:OUT]   descriptors that the process was started with; one number is for both
 *   conN=pts              a new pseudo terminal; the boot log shows its path
 *   conN=unix:PATH        a socket with one peer at a time; without a peer output is dropped
 *   conN=file:PATH        a file to which output is appended; there is no input
 *   conN=null             nothing: there is no input, and output is dropped
 *
 * console.c calls the backends through the table at the end, and console_line.c moves the bytes.
 * console_backend.h states the context of each call. A new backend is a new entry in that table.
 */
#include "console_backend.h"

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/um_irq.h>
#include <asm/um_option.h>
#include <um/host.h>
#include "console_line.h"

static int no_value_check(const char *value)
{
	return *value ? -EINVAL : 0;
}

static int path_check(const char *value)
{
	return *value ? 0 : -EINVAL;
}

static int null_open(struct console_line *line)
{
	return 0;
}

/* ---- fd ------------------------------------------------------------------ */

/* Parse a descriptor number at *@text and advance *@text past it. */
static int number_parse(const char **text, int *number)
{
	unsigned int digits;

	*number = 0;
	for (digits = 0; isdigit(**text) && digits < 6; digits++)
		*number = *number * 10 + *(*text)++ - '0';
	return digits ? 0 : -EINVAL;
}

static int fd_parse(const char *value, int *in, int *out)
{
	if (number_parse(&value, in))
		return -EINVAL;
	*out = *in;
	if (!strncmp(value, ",fd:", 4)) {
		value += 4;
		if (number_parse(&value, out))
			return -EINVAL;
	}
	return *value ? -EINVAL : 0;
}

static int fd_check(const char *value)
{
	int in, out;

	return fd_parse(value, &in, &out);
}

/*
 * Use the inherited descriptor @number. If that is closed, the console has no input or no output.
 */
static int fd_inherit(struct console_line *line, int number, bool write)
{
	int fd = host_file_inherit(number, write);

	if (fd < 0) {
		pr_warn("con%u: descriptor %d cannot be %s (error %d)\n", line->index, number,
			write ? "written" : "read", -fd);
		return -1;
	}
	return fd;
}

static int fd_open(struct console_line *line)
{
	int in, out;

	fd_parse(line->value, &in, &out);
	line->in_fd = fd_inherit(line, in, false);
	line->out_fd = fd_inherit(line, out, true);
	if (line->in_fd >= 0)
		host_term_raw(line->in_fd);
	return 0;
}

/* ---- pts ----------------------------------------------------------------- */

static int pts_open(struct console_line *line)
{
	char name[64], text[80];
	int fd = host_pty_open(name, sizeof(name)), length;

	if (fd < 0) {
		pr_err("con%u: no pseudo terminal from the host (error %d)\n", line->index, -fd);
		return fd;
	}
	pr_info("con%u: %s\n", line->index, name);
	/* The log may go to this very terminal, whose path the user does not know yet. */
	length = scnprintf(text, sizeof(text), "con%u: %s\n", line->index, name);
	host_print(text, length);
	line->in_fd = fd;
	line->out_fd = fd;
	return 0;
}

static int pts_forget(struct console_line *line)
{
	return host_pty_forget(line->out_fd);
}

/* ---- unix ---------------------------------------------------------------- */

static int unix_open(struct console_line *line)
{
	line->listen_fd = host_socket_listen(line->value);
	if (line->listen_fd < 0) {
		pr_err("con%u: cannot listen at %s (error %d)\n", line->index, line->value,
		       -line->listen_fd);
		return line->listen_fd;
	}
	return 0;
}

static void unix_end(struct console_line *line)
{
	if (line->listen_fd >= 0)
		host_file_unlink(line->value);
}

static int unix_start(struct console_line *line)
{
	return um_irq_register_fd(line->listen_fd, false, console_line_changed, line);
}

static void peer_set(struct console_line *line, int fd)
{
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	line->in_fd = fd;
	line->out_fd = fd;
	line->blocked = false;
	line->ended = false;
	line->lost = false;
	/* Drop output that the last peer did not take: it is not for the next peer. */
	kfifo_reset(&line->out);
	spin_unlock_irqrestore(&line->lock, flags);
}

static void peer_drop(struct console_line *line)
{
	int fd = line->in_fd;

	if (fd < 0)
		return;
	peer_set(line, -1);
	um_irq_unregister_fd(fd);
	host_file_close(fd);
}

/*
 * A peer that closed only its sending side may still read, so it stays until a write fails or
 * another peer connects.
 */
static void unix_change(struct console_line *line)
{
	int fd;

	if (line->lost)
		peer_drop(line);
	while ((fd = host_socket_accept(line->listen_fd)) >= 0) {
		if (line->ended)
			peer_drop(line);
		if (line->in_fd >= 0) {
			host_file_close(fd);
			continue;
		}
		peer_set(line, fd);
		if (um_irq_register_fd(fd, false, console_line_ready, line)) {
			peer_set(line, -1);
			host_file_close(fd);
		}
	}
}

/* ---- file ---------------------------------------------------------------- */

static int file_open(struct console_line *line)
{
	int fd = host_file_open(line->value, HOST_O_WRITE | HOST_O_CREATE | HOST_O_APPEND |
				HOST_O_NONBLOCK, 0600);

	if (fd < 0) {
		pr_err("con%u: cannot write %s (error %d)\n", line->index, line->value, -fd);
		return fd;
	}
	line->out_fd = fd;
	return 0;
}

/* ---- all of them --------------------------------------------------------- */

static const struct console_backend backends[] = {
	{ .name = "fd", .check = fd_check, .open = fd_open },
	{ .name = "pts", .check = no_value_check, .open = pts_open, .forget = pts_forget },
	{ .name = "unix", .check = path_check, .open = unix_open, .start = unix_start,
	  .change = unix_change, .end = unix_end },
	{ .name = "file", .check = path_check, .open = file_open },
	{ .name = "null", .check = no_value_check, .open = null_open },
};

const struct console_backend *console_backend_find(const char *option, const char **value)
{
	size_t length = strcspn(option, ":");
	unsigned int i;

	*value = option[length] ? option + length + 1 : "";
	for (i = 0; i < ARRAY_SIZE(backends); i++) {
		if (strlen(backends[i].name) != length ||
		    strncmp(backends[i].name, option, length))
			continue;
		/* The checks see only the text after the colon, so refuse "pts:" here. */
		if (option[length] && !**value)
			return NULL;
		return backends[i].check(*value) ? NULL : &backends[i];
	}
	return NULL;
}

int console_check_option(const char *value)
{
	return console_backend_find(value, &value) ? 0 : -EINVAL;
}
