// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_control.c - disks that come, go and grow while the machine runs
 *
 *   linux ... diskctl=PATH      a socket; `umlab-disk machine PATH COMMAND` speaks to it
 *
 * Lines of text: `add ubd1=FILE,flags`, `remove ubd1`, `grow ubd0 [BYTES]`, `list`. The
 * answer is lines, the last one `ok` or `error: why`. Only the user who runs the machine can
 * open the socket: the guest has no say in which files of the host become disks.
 * One peer at a time; commands are carried out by the workqueue, in order.
 */
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/um_irq.h>
#include <um/host.h>
#include "ubd_internal.h"

enum { LINE_SIZE = 4608 };

static char *control_path;
static int control_fd = -1, peer_fd = -1;
static char line[LINE_SIZE];
static size_t line_used;

static void control_work(struct work_struct *work);
static DECLARE_WORK(control, control_work);

static int __init control_setup(char *path)
{
	control_path = path;
	return 1;
}
__setup("diskctl=", control_setup);

__printf(1, 2)
static void answer(const char *format, ...)
{
	char text[512];
	va_list args;
	int size;

	va_start(args, format);
	size = vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* A peer that does not read loses the rest of the answer. */
	host_file_write(peer_fd, text, size);
}

/* "ubd3", "ubdd"; -EINVAL. */
static int parse_disk(const char *word)
{
	unsigned int index;

	if (!word || strncmp(word, "ubd", 3))
		return -EINVAL;
	word += 3;
	if (islower(word[0]) && !word[1])
		index = word[0] - 'a';
	else if (kstrtouint(word, 10, &index))
		return -EINVAL;
	return index < UBD_DISKS ? index : -EINVAL;
}

static void command_list(void)
{
	unsigned int i;

	for (i = 0; i < UBD_DISKS; i++) {
		const struct ubd_disk *ubd = ubd_get(i);

		if (ubd)
			answer("ubd%u %s %llu %s %s\n", i, ubd->name, ubd->store.size,
			       ubd->option.read_only ? "ro" : "rw", ubd->path);
	}
	answer("ok\n");
}

static void command_add(char *setting)
{
	int error;

	if (!setting || strncmp(setting, "ubd", 3)) {
		answer("error: add ubdN=FILE[,BASE][,flag]...\n");
		return;
	}
	error = ubd_add(setting + 3);
	if (error == -EBUSY)
		answer("error: there is such a disk already\n");
	else if (error)
		answer("error: no disk (error %d); the machine's log says why\n", -error);
	else
		answer("ok\n");
}

static void command_remove(const char *word)
{
	int index = parse_disk(word), error;

	error = index < 0 ? index : ubd_remove(index);
	if (error == -EBUSY)
		answer("error: the guest has it open (mounted, swap, a program)\n");
	else if (error)
		answer("error: no such disk\n");
	else
		answer("ok\n");
}

static void command_grow(const char *word, const char *size_word)
{
	char why[256] = "no such disk";
	int index = parse_disk(word);
	u64 size = 0;

	if (size_word) {
		char *end;

		size = memparse(size_word, &end);
		if (*end || !size) {
			answer("error: '%s' is no size\n", size_word);
			return;
		}
	}
	if (index < 0 || ubd_grow(index, size, why))
		answer("error: %s\n", why);
	else
		answer("ok\n");
}

static void carry_out(char *text)
{
	char *verb = strsep(&text, " "), *first = strsep(&text, " ");

	if (!strcmp(verb, "list"))
		command_list();
	else if (!strcmp(verb, "add"))
		command_add(first);
	else if (!strcmp(verb, "remove"))
		command_remove(first);
	else if (!strcmp(verb, "grow"))
		command_grow(first, text);
	else
		answer("error: commands are list, add, remove, grow\n");
}

static void peer_ready(void *data)
{
	schedule_work(&control);
}

static void peer_close(void)
{
	um_irq_unregister_fd(peer_fd);
	host_file_close(peer_fd);
	peer_fd = -1;
	line_used = 0;
}

/* Take what has come; false when there is no more for now. */
static bool peer_read(void)
{
	ssize_t got = host_file_read(peer_fd, line + line_used, sizeof(line) - 1 - line_used);
	char *end;

	if (got == -EAGAIN)
		return false;
	if (got <= 0) {
		peer_close();
		return false;
	}
	line_used += got;
	line[line_used] = 0;
	while ((end = strchr(line, '\n'))) {
		*end++ = 0;
		carry_out(line);
		line_used -= end - line;
		memmove(line, end, line_used + 1);
	}
	if (line_used == sizeof(line) - 1) {
		answer("error: the line is too long\n");
		peer_close();
		return false;
	}
	return true;
}

static void control_work(struct work_struct *work)
{
	for (;;) {
		if (peer_fd < 0) {
			peer_fd = host_socket_accept(control_fd);
			if (peer_fd < 0)
				return;
			if (um_irq_register_fd(peer_fd, false, peer_ready, NULL)) {
				host_file_close(peer_fd);
				peer_fd = -1;
				return;
			}
		}
		if (!peer_read() && peer_fd >= 0)
			return;
	}
}

static int __init control_init(void)
{
	int error;

	if (!control_path)
		return 0;
	control_fd = host_socket_listen(control_path);
	if (control_fd < 0) {
		pr_err("diskctl=%s: cannot listen (error %d)\n", control_path, -control_fd);
		return control_fd;
	}
	error = um_irq_register_fd(control_fd, false, peer_ready, NULL);
	if (error) {
		pr_err("diskctl=%s: error %d\n", control_path, -error);
		host_file_close(control_fd);
	}
	return error;
}
late_initcall(control_init);
