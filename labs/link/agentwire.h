/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agentwire.h - frames between the agent in a guest, its keeper, and the command
 *
 * Theory of operation
 *   The agent (guest/agent.c) speaks over a console of the machine, /dev/hvc1, so it needs
 *   no network. On the host the keeper (keeper.c) has the other end; each `umlab exec` is
 *   a connection to the keeper's socket and one channel here. The same frames are used on
 *   both ways: what a client sends on its connection as channel 0 the keeper sends to the
 *   agent under the channel's number, and back.
 *
 *   Flow control. A sender may have AGENT_WINDOW bytes of one stream under way; AGENT_CREDIT
 *   allows more. So a program whose output nobody reads stops by itself and holds up no
 *   other channel, and every buffer on the way is bounded.
 *
 *   Losing and finding the beat. Either side may be killed in the middle of a frame. The
 *   new one first sends AGENT_PAYLOAD_MAX zero bytes: whatever frame the reader was in is
 *   complete then, and zeros between frames are skipped. AGENT_HELLO follows, and ends
 *   all channels that the reader still has.
 */
#ifndef AGENTWIRE_H
#define AGENTWIRE_H

#include <stdint.h>

enum {
	AGENT_MAGIC = 0xa5,
	AGENT_PAYLOAD_MAX = 16384,
	AGENT_WINDOW = 131072,
	AGENT_CHANNELS = 250,	/* 1 to 249; 0 is the link itself */
};

enum agent_frame {
	/* Link, channel 0. */
	AGENT_HELLO = 1,		/* agent: text "BOOT WORKER", two ids; keeper: empty, asks for the agent's */
	AGENT_TIME,		/* keeper: 8 bytes, nanoseconds since 1970 */
	AGENT_SIZE,		/* keeper: text "rows columns", for /dev/hvc0 */
	AGENT_POWEROFF,		/* keeper: shut down in order */
	AGENT_PING,		/* keeper: empty; the agent sends it back */
	/* A channel: one program in the guest. */
	AGENT_OPEN,		/* text, NUL after each: arg= env= cwd= user= rows= columns= pty= when=up */
	AGENT_INPUT,		/* bytes for its standard input; empty: end of file */
	AGENT_OUTPUT,		/* bytes of its standard output; empty: end of file */
	AGENT_ERRORS,		/* bytes of its standard error output; empty: end of file */
	AGENT_CREDIT,		/* 4 bytes: so many more of INPUT (from the agent), of OUTPUT and ERRORS together (to it) */
	AGENT_RESIZE,		/* text "rows columns", for its terminal */
	AGENT_SIGNAL,		/* 4 bytes: a signal for its process group */
	AGENT_EXIT,		/* agent: 4 bytes, what waitpid() told; the channel is free again */
	AGENT_REFUSED,		/* agent or keeper: text "STATUS reason", it could not be started; the channel is free again */
	AGENT_CLOSE,		/* keeper: nobody listens any more */
	/* Only between a client and the keeper. */
	AGENT_ATTACH,		/* the boot console: INPUT and OUTPUT follow */
	AGENT_CALL,		/* text, a request to the keeper itself */
	AGENT_REPLY,		/* text, the answer: "ok..." or what is wrong */
	AGENT_WATCH,		/* empty: asks for the machine's state, now and at each change */
	AGENT_STATE,		/* text, a word of machine_state_word(); the end of file is the end */
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
