// SPDX-License-Identifier: GPL-2.0-only
/*
 * terminal.c - switch terminals to raw mode and back
 *
 * Called by the console driver (um/host.h), exit.c, handlers.c and file.c on the machine's thread.
 *
 * The guest's tty layer edits lines and turns Ctrl-C into signals, so the tty layer of the host
 * must do neither. The settings belong to the terminal, not to this process, so every way to end
 * the process calls host_term_restore_all(). Only SIGKILL leaves the terminal raw. `stty sane`
 * helps then; programs that start machines restore the terminal themselves.
 *
 * A machine in the background of its shell does not change the terminal, because the settings then
 * belong to the job in the foreground.
 */
#include "io/terminal.h"
#include <um/host.h>
#include "lx/lx_file.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"

#define NR_TERMINALS 16

/* Entries are only added; nr_terminals counts the complete ones. */
static struct terminal {
	int fd;
	struct termios saved;
	struct termios raw;
} terminals[NR_TERMINALS];
static unsigned int nr_terminals;

void host_term_make_raw(struct termios *settings)
{
	settings->c_iflag = 0;
	settings->c_oflag = 0;
	settings->c_lflag = 0;
	settings->c_cflag &= ~(CSIZE | PARENB);
	settings->c_cflag |= CS8;
	settings->c_cc[VMIN] = 1;
	settings->c_cc[VTIME] = 0;
}

/* Can be true only for our controlling terminal: the host gives no answer for others. */
static bool in_background(int fd)
{
	int group;

	return lx_ioctl(fd, TIOCGPGRP, (long)&group) == 0 && group != lx_getpgid(0);
}

/* TCSETS, not TCSETSW: a stopped terminal must not keep the process from ending. */
static int apply(int fd, const struct termios *settings)
{
	if (in_background(fd))
		return 0;
	return lx_ioctl(fd, TCSETS, (long)settings);
}

int host_term_raw(int fd)
{
	struct terminal *terminal = &terminals[nr_terminals];
	int error;

	if (nr_terminals == NR_TERMINALS)
		return -ENFILE;
	error = lx_ioctl(fd, TCGETS, (long)&terminal->saved);
	if (error)
		return -ENOTTY;
	terminal->fd = fd;
	terminal->raw = terminal->saved;
	host_term_make_raw(&terminal->raw);
	/* Record the entry before the change, because the process may end in between. */
	__atomic_store_n(&nr_terminals, nr_terminals + 1, __ATOMIC_RELEASE);
	return apply(fd, &terminal->raw);
}

/*
 * Restores in reverse order: if a terminal was made raw twice, only its first entry has the
 * original settings, so this entry must come last.
 */
void host_term_restore_all(void)
{
	unsigned int i;

	for (i = nr_terminals; i-- > 0; )
		apply(terminals[i].fd, &terminals[i].saved);
}

void host_term_resume_all(void)
{
	unsigned int i;

	for (i = 0; i < nr_terminals; i++)
		apply(terminals[i].fd, &terminals[i].raw);
}

int host_term_size(int fd, unsigned short *rows, unsigned short *cols)
{
	struct winsize size;

	if (lx_ioctl(fd, TIOCGWINSZ, (long)&size))
		return -ENOTTY;
	*rows = size.ws_row;
	*cols = size.ws_col;
	return 0;
}
