// SPDX-License-Identifier: GPL-2.0-only
/*
 * wirelink.c - send and receive the frames of agentwire.h over one descriptor
 */
#include "link/wirelink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN_ROOM = 4 * WIRE_PAYLOAD_MAX };

void wirelink_init(struct wire_link *link, int fd)
{
	*link = (struct wire_link){ .fd = fd, .in = malloc(IN_ROOM) };
}

void wirelink_release(struct wire_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	free(link->in);
	free(link->out);
	*link = (struct wire_link){ .fd = -1 };
}

static int out_reserve(struct wire_link *link, size_t size)
{
	size_t room = link->out_room ? link->out_room : 4096;
	char *out;

	if (link->out_done) {
		memmove(link->out, link->out + link->out_done, link->out_size - link->out_done);
		link->out_size -= link->out_done;
		link->out_done = 0;
	}
	while (room < link->out_size + size)
		room *= 2;
	if (room == link->out_room)
		return 0;
	out = realloc(link->out, room);
	if (!out)
		return -ENOMEM;
	link->out = out;
	link->out_room = room;
	return 0;
}

int wirelink_send(struct wire_link *link, enum wire_type type, unsigned int channel, const void *data, size_t size)
{
	struct wire_header header = { WIRE_MAGIC, type, channel, size };

	if (link->fd < 0)
		return 0;
	if (out_reserve(link, sizeof(header) + size))
		return -ENOMEM;
	memcpy(link->out + link->out_size, &header, sizeof(header));
	if (size)
		memcpy(link->out + link->out_size + sizeof(header), data, size);
	link->out_size += sizeof(header) + size;
	return 0;
}

int wirelink_send_zeros(struct wire_link *link)
{
	if (out_reserve(link, WIRE_PAYLOAD_MAX))
		return -ENOMEM;
	memset(link->out + link->out_size, 0, WIRE_PAYLOAD_MAX);
	link->out_size += WIRE_PAYLOAD_MAX;
	return 0;
}

size_t wirelink_pending(const struct wire_link *link)
{
	return link->out_size - link->out_done;
}

/* A peer that has gone is an error, not the end of us: what it said last is still to be read. */
static ssize_t put(int fd, const char *data, size_t size)
{
	ssize_t done = send(fd, data, size, MSG_NOSIGNAL);

	return done < 0 && errno == ENOTSOCK ? write(fd, data, size) : done;
}

int wirelink_flush(struct wire_link *link)
{
	while (link->fd >= 0 && link->out_done < link->out_size) {
		ssize_t done = put(link->fd, link->out + link->out_done, link->out_size - link->out_done);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == EAGAIN ? 0 : -errno;
		link->out_done += done;
	}
	return 0;
}

ssize_t wirelink_receive(struct wire_link *link)
{
	ssize_t done;

	if (link->in_done) {
		memmove(link->in, link->in + link->in_done, link->in_size - link->in_done);
		link->in_size -= link->in_done;
		link->in_done = 0;
	}
	do
		done = read(link->fd, link->in + link->in_size, IN_ROOM - link->in_size);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	link->in_size += done;
	return done;
}

bool wirelink_next(struct wire_link *link, struct wire_header *header, const char **payload)
{
	while (link->in_size - link->in_done >= sizeof(*header)) {
		memcpy(header, link->in + link->in_done, sizeof(*header));
		if (header->magic != WIRE_MAGIC || header->size > WIRE_PAYLOAD_MAX || header->channel >= WIRE_CHANNELS ||
		    header->type < WIRE_HELLO || header->type > WIRE_REPLY) {
			link->in_done++;
			link->hidden_input = true;
			continue;
		}
		if (link->in_size - link->in_done < sizeof(*header) + header->size)
			return false;
		*payload = link->in + link->in_done + sizeof(*header);
		link->in_done += sizeof(*header) + header->size;
		return true;
	}
	return false;
}
