/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agentwire.h - define the frames between a guest's agent, the machine's keeper and the command
 *
 * Theory of operation
 *   The agent (guest/agent.c) speaks through a console of the machine, /dev/hvc1, so it needs
 *   no network. On the host the keeper (machine/keeper.c) has the other end. Each client of
 *   the keeper, such as `umlab exec`, is a connection to the keeper's socket, and each
 *   program in the guest is a channel between keeper and agent. Both links use the same frames.
 *   A client uses channel 0. The keeper replaces 0 with the number of the client's channel in
 *   frames to the agent, and this number with 0 in frames to the client.
 *
 *   Flow control. A sender may have AGENT_WINDOW bytes of a stream in flight; AGENT_CREDIT
 *   allows more. So a program blocks when nobody reads its output, without delaying other
 *   channels, and every buffer is bounded.
 *
 *   Synchronization. Either side may be killed in the middle of a frame. The process that takes
 *   over first sends AGENT_PAYLOAD_MAX zero bytes, which complete the unfinished frame; the reader
 *   skips zeros between frames. Then the new process sends AGENT_HELLO, and the reader closes all
 *   channels of the killed process.
 */
#ifndef AGENTWIRE_H
#define AGENTWIRE_H

#include <stdint.h>

enum {
	AGENT_MAGIC = 0xa5,
	AGENT_PAYLOAD_MAX = 16384,	/* bytes after the header */
	AGENT_WINDOW = 131072,		/* bytes of a stream in flight */
	AGENT_CHANNELS = 250,		/* 1 to 249; 0 is the link itself */
};

/* Who sends a frame, and its payload. */
enum agent_frame {
	/* The link itself, channel 0. */
	AGENT_HELLO = 1,	/* keeper: empty, a request; agent: text "BOOT WORKER", two ids */
	AGENT_TIME,		/* keeper: 8 bytes, nanoseconds since 1970 */
	AGENT_SIZE,		/* keeper: text "rows columns", for /dev/hvc0 */
	AGENT_POWEROFF,		/* keeper: shut the guest down cleanly */
	AGENT_PING,		/* keeper: empty; the agent sends it back */
	/* A channel: one program in the guest. */
	AGENT_OPEN,		/* words that end with NUL: arg= env= cwd= user= rows= columns=
				   pty= when=up */
	AGENT_INPUT,		/* bytes for its standard input; empty: end of file */
	AGENT_OUTPUT,		/* bytes of its standard output; empty: end of file */
	AGENT_ERRORS,		/* bytes of its standard error output; empty: end of file */
	AGENT_CREDIT,		/* 4 bytes: how many more bytes its receiver may send. From the
				   agent: of INPUT; to the agent: of OUTPUT and ERRORS together */
	AGENT_RESIZE,		/* text "rows columns", for its terminal */
	AGENT_SIGNAL,		/* 4 bytes: a signal for its process group */
	AGENT_EXIT,		/* agent: 4 bytes, a status of waitpid(); ends the channel */
	AGENT_REFUSED,		/* agent, keeper: text "STATUS reason", the program could not be
				   started; ends the channel */
	AGENT_CLOSE,		/* keeper: the client has gone */
	/* Only between a client and the keeper. */
	AGENT_ATTACH,		/* client: the boot console; INPUT and OUTPUT follow */
	AGENT_CALL,		/* client: text, a request to the keeper itself */
	AGENT_REPLY,		/* keeper: text, "ok" or an error message */
	AGENT_WATCH,		/* client: asks for the machine's state, now and at each change */
	AGENT_STATE,		/* keeper: text, machine_state_word(); the connection is closed
				   when the machine has ended */
	AGENT_FRAME_LAST = AGENT_STATE,
};

struct agent_header {
	uint8_t magic;
	uint8_t type;
	uint16_t channel;
	uint32_t size;		/* of the payload that follows */
};

_Static_assert(sizeof(struct agent_header) == 8, "frames start with eight bytes");

#endif
