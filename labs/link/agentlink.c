// SPDX-License-Identifier: GPL-2.0-only
/*
 * agentlink.c - send and receive the frames of agentwire.h over one descriptor
 *
 * Runs in the guest's agent, in the keeper and in the command. The descriptor is non-blocking:
 * each caller has a poll loop and decides when to read and when to flush.
 */
#include "link/agentlink.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	IN_ROOM = 4 * AGENT_PAYLOAD_MAX,
	OUT_KEPT = 4 * AGENT_PAYLOAD_MAX,	/* a larger queue is freed when it is empty */
};

void agentlink_init(struct agentlink *link, int fd, size_t out_max)
{
	*link = (struct agentlink){ .fd = fd, .in = malloc(IN_ROOM), .out_max = out_max,
		.out_last = SIZE_MAX };
}

void agentlink_release(struct agentlink *link)
{
	if (link->fd >= 0)
		close(link->fd);
	free(link->in);
	free(link->out);
	*link = (struct agentlink){ .fd = -1 };
}

/* Makes room for @size bytes. */
static int out_reserve(struct agentlink *link, size_t size)
{
	size_t room = link->out_room ? link->out_room : 4096;
	char *out;

	if (link->failed)
		return -ENOBUFS;
	if (agentlink_pending(link) + size > link->out_max) {
		link->failed = true;
		return -ENOBUFS;
	}
	if (link->out_done) {
		memmove(link->out, link->out + link->out_done, link->out_size - link->out_done);
		link->out_size -= link->out_done;
		if (link->out_last != SIZE_MAX)
			link->out_last -= link->out_done;
		link->out_done = 0;
	}
	while (room < link->out_size + size)
		room *= 2;
	if (room == link->out_room)
		return 0;
	out = realloc(link->out, room);
	if (!out) {
		link->failed = true;
		return -ENOMEM;
	}
	link->out = out;
	link->out_room = room;
	return 0;
}

/* Can @size bytes join the last frame? Not if its header may have been written already. */
static bool joins_last(const struct agentlink *link, enum agent_frame type, unsigned int channel,
		       size_t size)
{
	struct agent_header last;

	if (link->out_last == SIZE_MAX || link->out_last < link->out_done || !size ||
	    (type != AGENT_INPUT && type != AGENT_OUTPUT && type != AGENT_ERRORS))
		return false;
	memcpy(&last, link->out + link->out_last, sizeof(last));
	return last.type == type && last.channel == channel && last.size &&
	       last.size + size <= AGENT_PAYLOAD_MAX;
}

int agentlink_send(struct agentlink *link, enum agent_frame type, unsigned int channel,
		   const void *data, size_t size)
{
	struct agent_header header = { AGENT_MAGIC, type, channel, size };
	bool joins;
	int error;

	if (link->fd < 0)
		return 0;
	joins = joins_last(link, type, channel, size);
	error = out_reserve(link, (joins ? 0 : sizeof(header)) + size);
	if (error)
		return error;
	if (joins) {
		memcpy(&header, link->out + link->out_last, sizeof(header));
		header.size += size;
		memcpy(link->out + link->out_last, &header, sizeof(header));
	} else {
		link->out_last = link->out_size;
		memcpy(link->out + link->out_size, &header, sizeof(header));
		link->out_size += sizeof(header);
	}
	if (size)
		memcpy(link->out + link->out_size, data, size);
	link->out_size += size;
	return 0;
}

int agentlink_send_zeros(struct agentlink *link)
{
	int error = out_reserve(link, AGENT_PAYLOAD_MAX);

	if (error)
		return error;
	memset(link->out + link->out_size, 0, AGENT_PAYLOAD_MAX);
	link->out_size += AGENT_PAYLOAD_MAX;
	link->out_last = SIZE_MAX;
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
	if (link->out_done == link->out_size) {
		link->out_done = link->out_size = 0;
		link->out_last = SIZE_MAX;
		if (link->out_room > OUT_KEPT) {
			free(link->out);
			link->out = NULL;
			link->out_room = 0;
		}
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
