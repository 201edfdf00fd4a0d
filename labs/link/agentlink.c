// SPDX-License-Identifier: GPL-2.0-only
/*
 * agentlink.c - send and receive the frames of agentwire.h over one descriptor
 *
 * Runs in the guest's agent, in the keeper and in the command. The descriptor is non-blocking:
 * each caller has a poll loop and decides when to read and when to flush.
 */
#include "link/agentlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN_ROOM = 4 * AGENT_PAYLOAD_MAX };

void agentlink_init(struct agentlink *link, int fd)
{
	*link = (struct agentlink){ .fd = fd, .in = malloc(IN_ROOM) };
}

void agentlink_release(struct agentlink *link)
{
	if (link->fd >= 0)
		close(link->fd);
	free(link->in);
	free(link->out);
	*link = (struct agentlink){ .fd = -1 };
}

static int out_reserve(struct agentlink *link, size_t size)
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

int agentlink_send(struct agentlink *link, enum agent_frame type, unsigned int channel,
		   const void *data, size_t size)
{
	struct agent_header header = { AGENT_MAGIC, type, channel, size };

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

int agentlink_send_zeros(struct agentlink *link)
{
	if (out_reserve(link, AGENT_PAYLOAD_MAX))
		return -ENOMEM;
	memset(link->out + link->out_size, 0, AGENT_PAYLOAD_MAX);
	link->out_size += AGENT_PAYLOAD_MAX;
	return 0;
}

size_t agentlink_pending(const struct agentlink *link)
{
	return link->out_size - link->out_done;
}

/* Writes. If the peer has gone, avoids SIGPIPE: the peer's last frames must still be read. */
static ssize_t put(int fd, const char *data, size_t size)
{
	ssize_t done = send(fd, data, size, MSG_NOSIGNAL);

	return done < 0 && errno == ENOTSOCK ? write(fd, data, size) : done;
}

int agentlink_flush(struct agentlink *link)
{
	while (link->fd >= 0 && link->out_done < link->out_size) {
		ssize_t done = put(link->fd, link->out + link->out_done,
				   link->out_size - link->out_done);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == EAGAIN ? 0 : -errno;
		link->out_done += done;
	}
	return 0;
}

ssize_t agentlink_receive(struct agentlink *link)
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

bool agentlink_next(struct agentlink *link, struct agent_header *header, const char **payload)
{
	while (link->in_size - link->in_done >= sizeof(*header)) {
		memcpy(header, link->in + link->in_done, sizeof(*header));
		if (header->magic != AGENT_MAGIC || header->size > AGENT_PAYLOAD_MAX ||
		    header->channel >= AGENT_CHANNELS ||
		    header->type < AGENT_HELLO || header->type > AGENT_FRAME_LAST) {
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
