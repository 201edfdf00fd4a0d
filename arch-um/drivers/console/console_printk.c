// SPDX-License-Identifier: GPL-2.0-only
/*
 * console_printk.c - write kernel messages to a console
 *
 * The line that console=hvcN names also carries the kernel's messages. Messages go through the
 * tty's output queue (console_line.c), so they stay in order with the output of programs. printk
 * calls printk_write() in any context, with interrupts off.
 *
 * Before console.c has opened the lines, earlyprintk sends messages straight to the standard error
 * of the process. Without earlyprintk messages wait in the log, and a panic during this time prints
 * the whole log to standard error (early_dump()).
 */
#include "console_printk.h"

#include <linux/console.h>
#include <linux/init.h>
#include <linux/kmsg_dump.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <um/host.h>
#include "console_line.h"

/* Must printk wait? The machine is going down, so nothing could write the rest later. */
static bool must_finish(void)
{
	return oops_in_progress || system_state > SYSTEM_RUNNING ||
	       atomic_read(&panic_cpu) != PANIC_CPU_INVALID;
}

static void printk_write(struct console *console, const char *text, unsigned int count)
{
	struct console_line *line = console_lines[console->index];
	unsigned long flags;
	const char *end = text + count;
	bool locked = true;

	/* Only try to lock: the crash may have happened while this lock was held. */
	if (oops_in_progress)
		locked = spin_trylock_irqsave(&line->lock, flags);
	else
		spin_lock_irqsave(&line->lock, flags);

	for (; text < end; text++) {
		if (kfifo_avail(&line->out) < 2)
			console_line_push(line);
		if (kfifo_avail(&line->out) < 2 && !console_line_wait(line))
			break;
		if (*text == '\n')
			kfifo_put(&line->out, '\r');
		kfifo_put(&line->out, *text);
	}
	if (must_finish())
		console_line_drain(line);
	else
		console_line_push(line);

	if (locked)
		spin_unlock_irqrestore(&line->lock, flags);
}

static int printk_setup(struct console *console, char *unused)
{
	if (console->index >= CONSOLE_NR || !console_lines[console->index])
		return -ENODEV;
	console_lines[console->index]->printk = true;
	return 0;
}

static struct tty_driver *printk_device(struct console *console, int *index)
{
	*index = console->index;
	return console_lines[console->index]->driver;
}

static struct console printk_console = {
	.name = "hvc",
	.write = printk_write,
	.setup = printk_setup,
	.device = printk_device,
	.flags = CON_PRINTBUFFER,
	.index = -1,
};

void __init console_printk_register(void)
{
	register_console(&printk_console);
}

/* ---- before there is a console ------------------------------------------- */

static void early_write(struct console *console, const char *text, unsigned int count)
{
	host_print(text, count);
}

static struct console boot_console = {
	.name = "early",
	.write = early_write,
	.flags = CON_PRINTBUFFER | CON_BOOT,
	.index = -1,
};

static int __init early_console_setup(char *unused)
{
	register_console(&boot_console);
	return 0;
}
early_param("earlyprintk", early_console_setup);

/* Show the log if the kernel panics before any console has been registered. */
static void early_dump(struct kmsg_dumper *dumper, struct kmsg_dump_detail *detail)
{
	static char buf[1024];
	struct kmsg_dump_iter iter;
	size_t size;

	if ((printk_console.flags | boot_console.flags) & CON_ENABLED)
		return;
	kmsg_dump_rewind(&iter);
	while (kmsg_dump_get_line(&iter, false, buf, sizeof(buf), &size))
		host_print(buf, size);
}

static struct kmsg_dumper early_dumper = {
	.dump = early_dump,
	.max_reason = KMSG_DUMP_PANIC,
};

/* Runs at each boot, because boot_options.c gives every command line a console=. */
static int __init early_dump_setup(char *unused)
{
	if (!early_dumper.registered)
		kmsg_dump_register(&early_dumper);
	return 0;
}
early_param("console", early_dump_setup);
