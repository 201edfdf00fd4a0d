// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-link.c - fuzz the frames between command, keeper and agent (labs/link/)
 *
 * The input is what a peer sends, cut into pieces by its first byte.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "link/agentflow.h"
#include "link/agentlink.h"

static struct agentlink in, copy_out, copy_in;

static void pair(struct agentlink *one, int *other_fd)
{
	int fds[2];

	fuzz_check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
	agentlink_init(one, fds[0], 1 << 20);
	*other_fd = fds[1];
}

static void flow_check(struct agentflow *flow, const struct agent_header *header,
		       const char *payload)
{
	uint32_t credit;

	agentflow_agent(flow, header, payload);
	agentflow_client(flow, header, payload, &credit);
	fuzz_check(flow->output_left >= -AGENT_WINDOW && flow->output_left <= AGENT_WINDOW);
	fuzz_check(flow->input_left >= 0 && flow->input_left <= AGENT_WINDOW);
}

static void meaning_check(const struct agent_header *header, const char *payload)
{
	char reason[AGENT_REASON_MAX], boot[64], id[64];
	int status = agentflow_refusal(header, payload, reason);

	fuzz_check(status >= 125 && status <= 127 && *reason && !strpbrk(reason, "\033\n\r\t"));
	status = agentflow_exit(header, payload);
	fuzz_check(status >= -1 && status <= 255);
	if (agentflow_hello(header, payload, boot, id))
		fuzz_check(strlen(boot) && strlen(id) == header->size && !strchr(id, '\n'));
}

/* Sends a frame again. What arrives must be the same. */
static void frame_copy(const struct agent_header *header, const char *payload)
{
	struct agent_header other;
	const char *other_payload;

	fuzz_check(!agentlink_send(&copy_out, header->type, header->channel, payload,
				   header->size));
	fuzz_check(!agentlink_flush(&copy_out) && !agentlink_pending(&copy_out));
	fuzz_check(agentlink_receive(&copy_in) > 0);
	fuzz_check(agentlink_next(&copy_in, &other, &other_payload));
	fuzz_check(!memcmp(&other, header, sizeof(other)));
	fuzz_check(!memcmp(other_payload, payload, header->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	size_t step = 1 + fuzz_byte(&input) * 16, piece;
	struct agent_header header;
	struct agentflow flow;
	const char *payload;
	int peer, fd;

	pair(&in, &peer);
	pair(&copy_out, &fd);
	agentlink_init(&copy_in, fd, 1 << 20);
	agentflow_init(&flow);
	while (input.size) {
		const uint8_t *bytes = fuzz_bytes(&input, step, &piece);

		fuzz_check(write(peer, bytes, piece) == (ssize_t)piece);
		fuzz_check(agentlink_receive(&in) > 0);
		while (agentlink_next(&in, &header, &payload)) {
			fuzz_check(header.size <= AGENT_PAYLOAD_MAX &&
				   header.channel < AGENT_CHANNELS);
			flow_check(&flow, &header, payload);
			meaning_check(&header, payload);
			frame_copy(&header, payload);
		}
	}
	close(peer);
	agentlink_release(&in);
	agentlink_release(&copy_out);
	agentlink_release(&copy_in);
	return 0;
}
