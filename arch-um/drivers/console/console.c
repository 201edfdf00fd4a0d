// SPDX-License-Identifier: GPL-2.0-only
/*
 * console.c - make the consoles con0 to con15 of the command line appear as ttys hvc0 to hvc15
 *
 * A line connects a tty to host descriptors that its backend (console_backend.c) has opened.
 * console_line.c moves the bytes, and console_printk.c adds the kernel's messages. This file parses
 * the options and contains the tty driver. The parts start in this order:
 *   __setup            note the options
 *   console_initcall   open the backends; register printk's console, which shows the log so far
 *   device_initcall    create the ttys, request interrupts
 *
 * The ttys are named hvc because distributions start a login on hvc0 of a virtual machine without
 * further configuration. The generic hvc driver does not fit: it has at most eight lines, it polls,
 * and its printk waits forever when the host does not read.
 *
 * The tty layer calls the tty operations in task context. line_flush() is a timer, and
 * console_winch() runs in interrupt context.
 */
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <asm/um_irq.h>
#include <um/host.h>
#include <um/upcall.h>
#include "console_backend.h"
#include "console_line.h"
#include "console_printk.h"

enum {
	HVC_MAJOR = 229,
};

/* ---- options ------------------------------------------------------------- */

static const char *options[CONSOLE_NR] __initdata = { "fd:0,fd:1" };
static const char *option_default __initdata;

/* Note "con=..." and "conN=...". "console=..." also comes here, but generic code handles it. */
static int __init option_setup(char *rest)
{
	unsigned int index = 0;
	char *end = rest;

	while (isdigit(*end) && end < rest + 3)
		index = index * 10 + *end++ - '0';
	if (*end != '=' || index >= CONSOLE_NR)
		return 0;
	if (end == rest)
		option_default = end + 1;
	else
		options[index] = end + 1;
	return 1;
}
__setup("con", option_setup);

/* ---- window size and peers ----------------------------------------------- */

static bool line_size(struct console_line *line, struct winsize *size)
{
	*size = (struct winsize) { 0 };
	if ((line->in_fd < 0 || host_term_size(line->in_fd, &size->ws_row, &size->ws_col)) &&
	    (line->out_fd < 0 || host_term_size(line->out_fd, &size->ws_row, &size->ws_col)))
		return false;
	return size->ws_row && size->ws_col;
}

static void line_change(struct work_struct *work)
{
	struct console_line *line = container_of(work, struct console_line, change);
	struct tty_struct *tty;
	struct winsize size;

	if (line->backend->change)
		line->backend->change(line);
	tty = tty_port_tty_get(&line->port);
	if (tty && line_size(line, &size))
		tty_do_resize(tty, &size);
	tty_kref_put(tty);
}

static void console_winch(void)
{
	unsigned int i;

	for (i = 0; i < CONSOLE_NR; i++)
		if (console_lines[i])
			schedule_work(&console_lines[i]->change);
}

/* ---- tty operations ------------------------------------------------------ */

/*
 * Write queued output to the host, now or later. Called with the lock held. In cooked mode the line
 * discipline writes small pieces and then calls console_flush_chars(). One transfer for all pieces
 * is several times faster, so wait for that call, but keep half of the queue free for further
 * pieces. The timer serves callers that do not flush.
 */
static void line_queued(struct console_line *line, struct tty_struct *tty)
{
	if (!O_OPOST(tty) || kfifo_len(&line->out) > CONSOLE_OUT_SIZE / 2)
		console_line_push(line);
	else if (!timer_pending(&line->flush))
		mod_timer(&line->flush, jiffies + 1);
}

static ssize_t console_write(struct tty_struct *tty, const u8 *buf, size_t count)
{
	struct console_line *line = tty->driver_data;
	unsigned long flags;
	size_t size, done = 0;

	if (tty->flow.stopped)
		return 0;
	spin_lock_irqsave(&line->lock, flags);
	do {
		size = kfifo_in(&line->out, buf + done, count - done);
		done += size;
		line_queued(line, tty);
	} while (size && done < count);
	spin_unlock_irqrestore(&line->lock, flags);
	return done;
}

static int console_put_char(struct tty_struct *tty, u8 ch)
{
	struct console_line *line = tty->driver_data;
	unsigned long flags;
	int done;

	spin_lock_irqsave(&line->lock, flags);
	done = kfifo_put(&line->out, ch);
	line_queued(line, tty);
	spin_unlock_irqrestore(&line->lock, flags);
	return done;
}

static void line_flush(struct timer_list *timer)
{
	struct console_line *line = from_timer(line, timer, flush);
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	console_line_push(line);
	spin_unlock_irqrestore(&line->lock, flags);
	tty_port_tty_wakeup(&line->port);
}

static void console_flush_chars(struct tty_struct *tty)
{
	struct console_line *line = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	console_line_push(line);
	spin_unlock_irqrestore(&line->lock, flags);
}

static unsigned int console_write_room(struct tty_struct *tty)
{
	struct console_line *line = tty->driver_data;

	return tty->flow.stopped ? 0 : kfifo_avail(&line->out);
}

static unsigned int console_chars_in_buffer(struct tty_struct *tty)
{
	struct console_line *line = tty->driver_data;

	return kfifo_len(&line->out);
}

static void console_flush_buffer(struct tty_struct *tty)
{
	struct console_line *line = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	kfifo_reset(&line->out);
	spin_unlock_irqrestore(&line->lock, flags);
	tty_wakeup(tty);
}

static void console_unthrottle(struct tty_struct *tty)
{
	console_line_pull(tty->driver_data, tty);
}

static int console_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct console_line *line = console_lines[tty->index];

	if (!line)
		return -ENODEV;
	tty->driver_data = line;
	return tty_port_install(&line->port, driver, tty);
}

static int console_open(struct tty_struct *tty, struct file *file)
{
	struct console_line *line = tty->driver_data;
	int error = tty_port_open(&line->port, tty, file);

	/* Take the input that arrived while the tty was closed. */
	if (!error)
		console_line_pull(line, tty);
	return error;
}

static void console_close(struct tty_struct *tty, struct file *file)
{
	struct console_line *line = tty->driver_data;

	tty_port_close(&line->port, tty, file);
}

static void console_hangup(struct tty_struct *tty)
{
	struct console_line *line = tty->driver_data;

	tty_port_hangup(&line->port);
}

static const struct tty_operations console_ops = {
	.install = console_install,
	.open = console_open,
	.close = console_close,
	.hangup = console_hangup,
	.write = console_write,
	.put_char = console_put_char,
	.flush_chars = console_flush_chars,
	.write_room = console_write_room,
	.chars_in_buffer = console_chars_in_buffer,
	.flush_buffer = console_flush_buffer,
	.unthrottle = console_unthrottle,
};

static int port_activate(struct tty_port *port, struct tty_struct *tty)
{
	struct console_line *line = container_of(port, struct console_line, port);

	line_size(line, &tty->winsize);
	return 0;
}

static const struct tty_port_operations port_ops = {
	.activate = port_activate,
};

/* ---- start and end ------------------------------------------------------- */

static struct console_line *__init line_create(unsigned int index, const char *option)
{
	struct console_line *line = kzalloc(sizeof(*line), GFP_KERNEL);

	if (!line)
		return NULL;
	line->backend = console_backend_find(option, &line->value);
	if (!line->backend) {
		pr_err("con%u=%s: malformed\n", index, option);
		goto out_free;
	}
	tty_port_init(&line->port);
	line->port.ops = &port_ops;
	/* Output continues after the last close, so close() need not wait for it. */
	line->port.closing_wait = ASYNC_CLOSING_WAIT_NONE;
	line->index = index;
	line->in_fd = -1;
	line->out_fd = -1;
	line->listen_fd = -1;
	spin_lock_init(&line->lock);
	INIT_KFIFO(line->out);
	timer_setup(&line->flush, line_flush, 0);
	INIT_WORK(&line->change, line_change);
	INIT_DELAYED_WORK(&line->more, console_line_more);
	if (line->backend->open(line))
		goto out_destroy;
	return line;

out_destroy:
	tty_port_destroy(&line->port);
out_free:
	kfree(line);
	return NULL;
}

static int __init console_early_init(void)
{
	const char *option;
	unsigned int i;

	for (i = 0; i < CONSOLE_NR; i++) {
		option = options[i] ?: option_default;
		if (option)
			console_lines[i] = line_create(i, option);
	}
	console_printk_register();
	return 0;
}
console_initcall(console_early_init);

static int __init line_start(struct console_line *line)
{
	unsigned long flags;
	int error = 0;

	if (line->backend->start)
		error = line->backend->start(line);
	if (!error && line->in_fd >= 0)
		error = um_irq_register_fd(line->in_fd, false, console_line_ready, line);
	if (!error && line->out_fd >= 0 && line->out_fd != line->in_fd)
		error = um_irq_register_fd(line->out_fd, true, console_line_ready, line);
	if (error || line->out_fd < 0)
		return error;

	/* The line may have been blocked before interrupts could report that the host has room. */
	spin_lock_irqsave(&line->lock, flags);
	console_line_block(line, false);
	console_line_push(line);
	spin_unlock_irqrestore(&line->lock, flags);
	return 0;
}

static int console_end(struct notifier_block *block, unsigned long event, void *data)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < CONSOLE_NR; i++) {
		if (!console_lines[i])
			continue;
		spin_lock_irqsave(&console_lines[i]->lock, flags);
		console_line_drain(console_lines[i]);
		spin_unlock_irqrestore(&console_lines[i]->lock, flags);
		if (console_lines[i]->backend->end)
			console_lines[i]->backend->end(console_lines[i]);
	}
	return NOTIFY_DONE;
}

static struct notifier_block console_end_block = {
	.notifier_call = console_end,
};

static int __init console_init_ttys(void)
{
	struct tty_driver *driver;
	struct device *device;
	unsigned int i;
	int error;

	driver = tty_alloc_driver(CONSOLE_NR, TTY_DRIVER_REAL_RAW | TTY_DRIVER_RESET_TERMIOS |
				  TTY_DRIVER_DYNAMIC_DEV);
	if (IS_ERR(driver))
		return PTR_ERR(driver);
	driver->driver_name = "um-console";
	driver->name = "hvc";
	driver->major = HVC_MAJOR;
	driver->type = TTY_DRIVER_TYPE_SYSTEM;
	driver->init_termios = tty_std_termios;
	tty_set_operations(driver, &console_ops);
	error = tty_register_driver(driver);
	if (error) {
		tty_driver_kref_put(driver);
		return error;
	}

	for (i = 0; i < CONSOLE_NR; i++) {
		if (!console_lines[i])
			continue;
		console_lines[i]->driver = driver;
		error = line_start(console_lines[i]);
		if (error)
			pr_err("con%u: no interrupt from the host (error %d)\n", i, -error);
		device = tty_port_register_device(&console_lines[i]->port, driver, i, NULL);
		if (IS_ERR(device))
			pr_err("con%u: no tty (error %ld)\n", i, -PTR_ERR(device));
	}
	um_irq_register_signal(UM_EVENT_WINCH, console_winch);
	register_reboot_notifier(&console_end_block);
	return 0;
}
device_initcall(console_init_ttys);
