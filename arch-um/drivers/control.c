// SPDX-License-Identifier: GPL-2.0-only
/*
 * control.c - serve host sockets through which the user changes the running machine
 *
 * Each driver whose devices come and go has one socket (diskctl=, netctl=). A command is a line of
 * text. An answer consists of lines too, and the last one is `ok` or `error: why`. Only the user
 * who runs the machine can open the socket: the guest must not choose which files on the host it
 * gets.
 *
 * A socket has one peer at a time. A work item reads the peer's lines and calls the driver's
 * verbs (ubd_control.c, eth_control.c) in task context. The interrupts of the socket and of the
 * peer's descriptor only schedule this work.
 */
#include <asm/um_control.h>

#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/um_irq.h>
#include <um/host.h>

void um_control_answer(struct um_control *control, const char *format, ...)
{
	char text[512];
	va_list args;
	int size;

	va_start(args, format);
	size = vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* If the peer does not read its answer, the rest of the answer is lost. */
	host_file_write(control->peer_fd, text, size);
}

static void carry_out(struct um_control *control, char *line)
{
	char *name = strsep(&line, " "), *word = strsep(&line, " ");
	const struct um_control_verb *verb;

	for (verb = control->verbs; verb->name; verb++) {
		if (!strcmp(verb->name, name)) {
			verb->carry_out(control, word, line);
			return;
		}
	}
	um_control_answer(control, "error: commands are");
	for (verb = control->verbs; verb->name; verb++)
		um_control_answer(control, "%s %s", verb == control->verbs ? "" : ",", verb->name);
	um_control_answer(control, "\n");
}

static void socket_ready(void *data)
{
	struct um_control *control = data;

	schedule_work(&control->work);
}

static void peer_close(struct um_control *control)
{
	um_irq_unregister_fd(control->peer_fd);
	host_file_close(control->peer_fd);
	control->peer_fd = -1;
	control->used = 0;
}

static bool peer_accept(struct um_control *control)
{
	control->peer_fd = host_socket_accept(control->listen_fd);
	if (control->peer_fd < 0)
		return false;
	if (!um_irq_register_fd(control->peer_fd, false, socket_ready, control))
		return true;
	host_file_close(control->peer_fd);
	control->peer_fd = -1;
	return false;
}

/* Read from the peer once and carry out whole lines. False: there is no more input for now. */
static bool peer_read(struct um_control *control)
{
	ssize_t got = host_file_read(control->peer_fd, control->line + control->used,
				     sizeof(control->line) - 1 - control->used);
	char *end;

	if (got == -EAGAIN)
		return false;
	if (got <= 0) {
		peer_close(control);
		return false;
	}
	control->used += got;
	control->line[control->used] = '\0';
	while ((end = strchr(control->line, '\n'))) {
		*end++ = '\0';
		carry_out(control, control->line);
		control->used -= end - control->line;
		memmove(control->line, end, control->used + 1);
	}
	if (control->used == sizeof(control->line) - 1) {
		um_control_answer(control, "error: the line is too long\n");
		peer_close(control);
		return false;
	}
	return true;
}

/* Serve peers until no peer and no line is left, because interrupts are edge-triggered. */
static void control_work(struct work_struct *work)
{
	struct um_control *control = container_of(work, struct um_control, work);

	while (control->peer_fd >= 0 || peer_accept(control))
		if (!peer_read(control) && control->peer_fd >= 0)
			return;
}

int um_control_start(struct um_control *control, const char *path)
{
	int error;

	INIT_WORK(&control->work, control_work);
	control->peer_fd = -1;
	control->listen_fd = host_socket_listen(path);
	error = control->listen_fd < 0 ? control->listen_fd :
		um_irq_register_fd(control->listen_fd, false, socket_ready, control);
	if (!error)
		return 0;
	pr_err("%s=%s: cannot listen (error %d)\n", control->name, path, -error);
	if (control->listen_fd >= 0)
		host_file_close(control->listen_fd);
	return error;
}
