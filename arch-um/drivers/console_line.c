// SPDX-License-Identifier: GPL-2.0-only
/*
 * console_line.c - move bytes between a console's tty and the host
 *
 * Output: the tty layer (console.c) and printk (console_printk.c) fill line->out;
 * console_line_push() moves it to the host until that says -EAGAIN, and goes on when the
 * descriptor becomes writable. So a slow reader slows its writers down and loses
 * nothing. Only printk, which cannot wait long, gives up after STALL_TIME and drops its
 * text until the host reads again. After a crash, and when the machine ends, printk
 * waits until all is out.
 *
 * Input: console_line_pull() reads while somebody has the tty open and it is not
 * throttled. What it leaves stays on the host; opening or unthrottling the tty makes it
 * look again, and so does line->more when only the tty's buffer was full. At end of
 * file input just ends: a console whose input is a file must not hang up.
 *
 * SysRq: Ctrl-^ and a command key on printk's console; Ctrl-^ twice sends one.
 */
#include <linux/kernel.h>
#include <linux/sysrq.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <um/host.h>
#include "console_internal.h"

#define SYSRQ_KEY	0x1e
#define STALL_TIME	(500 * NSEC_PER_MSEC)
#define PULL_SIZE	512

/* ---- output -------------------------------------------------------------- */

/* Be told, or not any more, that the host takes output again. Lock held. */
void console_line_block(struct console_line *line, bool blocked)
{
	line->blocked = blocked;
	host_poll_watch(line->out_fd, line->out_fd == line->in_fd, blocked);
}

/* Move output to the host until it is full. Lock held. */
void console_line_push(struct console_line *line)
{
	unsigned int size;
	ssize_t done;
	u8 *at;

	while ((size = kfifo_out_linear_ptr(&line->out, &at, CONSOLE_OUT_SIZE))) {
		done = line->out_fd < 0 ? size : host_file_write(line->out_fd, at, size);
		if (done == -EAGAIN) {
			if (line->backend->forget && !line->backend->forget(line))
				continue;
			if (!line->blocked)
				console_line_block(line, true);
			return;
		}
		/* Nobody will read this: a full disk, a closed pipe. */
		if (done < 0) {
			if (!line->lost) {
				line->lost = true;
				schedule_work(&line->change);
			}
			done = size;
		}
		kfifo_skip_count(&line->out, done);
	}
}

/* Sleep until the host takes more. Lock held. */
bool console_line_wait(struct console_line *line)
{
	if (line->stalled)
		return false;
	if (line->out_fd >= 0 && host_file_wait(line->out_fd, true, STALL_TIME))
		line->stalled = true;
	else
		console_line_push(line);
	return !line->stalled;
}

void console_line_drain(struct console_line *line)
{
	do
		console_line_push(line);
	while (!kfifo_is_empty(&line->out) && console_line_wait(line));
}

/* ---- input --------------------------------------------------------------- */

/* Take a SysRq sequence out of @buf; what is left is returned, the command in *@command. */
static size_t sysrq_filter(struct console_line *line, u8 *buf, size_t size, u8 *command)
{
	size_t from, to = 0;

	if (!IS_ENABLED(CONFIG_MAGIC_SYSRQ) || line->index != console_printk_index())
		return size;
	for (from = 0; from < size; from++) {
		if (line->sysrq) {
			line->sysrq = false;
			if (buf[from] != SYSRQ_KEY) {
				*command = buf[from];
				continue;
			}
		} else if (buf[from] == SYSRQ_KEY) {
			line->sysrq = true;
			continue;
		}
		buf[to++] = buf[from];
	}
	return to;
}

/* Move input to @tty until it is throttled or the host has no more. */
void console_line_pull(struct console_line *line, struct tty_struct *tty)
{
	u8 buf[PULL_SIZE], command = 0;
	unsigned long flags;
	bool pulled = false;
	ssize_t size;

	spin_lock_irqsave(&line->lock, flags);
	while (line->in_fd >= 0 && !line->ended && !command && !tty_throttled(tty)) {
		size = min(tty_buffer_space_avail(&line->port), PULL_SIZE);
		if (!size) {
			schedule_delayed_work(&line->more, 1);
			break;
		}
		size = host_file_read(line->in_fd, buf, size);
		if (size > 0) {
			size = sysrq_filter(line, buf, size, &command);
			tty_insert_flip_string(&line->port, buf, size);
			pulled = true;
			continue;
		}
		/* -EIO: a pseudo terminal nobody has open; a terminal while we are not in front. */
		if (size != -EAGAIN && size != -EIO)
			line->ended = true;
		break;
	}
	spin_unlock_irqrestore(&line->lock, flags);
	if (pulled)
		tty_flip_buffer_push(&line->port);
	if (command) {
		/* It prints, so not under the lock. Then what was typed behind it. */
		handle_sysrq(command);
		schedule_delayed_work(&line->more, 0);
	}
}

void console_line_more(struct work_struct *work)
{
	struct console_line *line = container_of(work, struct console_line, more.work);
	struct tty_struct *tty = tty_port_tty_get(&line->port);

	if (tty)
		console_line_pull(line, tty);
	tty_kref_put(tty);
}

void console_line_ready(void *data)
{
	struct console_line *line = data;
	struct tty_struct *tty = tty_port_tty_get(&line->port);
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	line->stalled = false;
	if (line->blocked)
		console_line_block(line, false);
	console_line_push(line);
	spin_unlock_irqrestore(&line->lock, flags);
	if (!tty)
		return;
	tty_wakeup(tty);
	console_line_pull(line, tty);
	tty_kref_put(tty);
}
