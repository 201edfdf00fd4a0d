// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-keeper.c - fuzz a keeper by a hostile agent, console and clients (labs/machine/keeper*.c)
 *
 * The input is a list of actions, each one byte and its data: the guest or a client connects,
 * closes, reads nothing, or sends bytes or a frame. After each action the keeper runs. It must not
 * block or fail, and its queues must stay within their limits.
 */
#include <sanitizer/lsan_interface.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "keeperrig.h"

enum {
	MANY = 2000,			/* repetitions of a frame that is sent often */
	QUEUED_MAX = 48 << 20,		/* all queues: 32 MB for clients, 8 MB for the agent */
	ACTIONS_MAX = 200,
};

/* Returns false if the socket is full or closed. */
static bool send_some(int fd, const void *data, size_t size)
{
	return fd >= 0 && send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
}

/* Sends a frame whose header is well-formed, @times times. */
static void send_frame(int fd, struct fuzz_input *input, int times)
{
	struct agent_header header = { .magic = AGENT_MAGIC, .type = fuzz_byte(input) % 20,
		.channel = fuzz_byte(input) };
	char frame[sizeof(header) + 256];
	size_t size;
	const uint8_t *payload = fuzz_bytes(input, fuzz_byte(input), &size);

	header.size = size;
	memcpy(frame, &header, sizeof(header));
	memcpy(frame + sizeof(header), payload, size);
	while (times-- && send_some(fd, frame, sizeof(header) + size))
		;
}

static void drain(int fd)
{
	static char data[65536];

	while (fd >= 0 && recv(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
}

/* Sends bytes of the input as they are, without the header of a frame. */
static void send_bytes(int fd, struct fuzz_input *input)
{
	const uint8_t *data;
	size_t size;

	data = fuzz_bytes(input, fuzz_byte(input), &size);
	send_some(fd, data, size);
}

static void act(uint8_t action, struct fuzz_input *input)
{
	int *client = &rig.clients[(action >> 4) % RIG_CLIENTS];

	switch (action % 16) {
	case 0: send_frame(rig.agent, input, 1); break;
	case 1: send_frame(rig.agent, input, MANY); break;
	case 2: send_bytes(rig.agent, input); break;
	case 3: drain(rig.agent); break;
	case 4: rig_close(&rig.agent); break;
	case 5: send_bytes(rig.console, input); break;
	case 6: drain(rig.console); break;
	case 7: rig_close(&rig.console); break;
	case 8:
		if (*client < 0)
			*client = rig_connect();
		break;
	case 9: send_frame(*client, input, 1); break;
	case 10: send_frame(*client, input, MANY); break;
	case 11: send_bytes(*client, input); break;
	case 12: drain(*client); break;
	case 13: rig_close(client); break;
	case 14: shutdown(*client, SHUT_WR); break;
	case 15:
		/* An agent that says who it is, so that programs and scripts start. */
		send_some(rig.agent, (char [14]){ (char)AGENT_MAGIC, AGENT_HELLO, 0, 0, 4, 0, 0, 0,
			"0123456789abcdef"[action >> 4], 'b', ' ', '1' }, 12);
		break;
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	scratch_make();
	/* A command frees little of what describes a machine. */
	__lsan_disable();
	rig_init();
	__lsan_enable();
	/* keeper_note() writes to standard error, which is a file in a real keeper. */
	fuzz_hush();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	rig_begin();
	for (int i = 0; i < ACTIONS_MAX && input.size; i++) {
		act(fuzz_byte(&input), &input);
		for (int step = 0; step < 3; step++)
			keeper_loop_step(&rig.keeper, 0);
		rig_accept();
		fuzz_check(rig_queued() < QUEUED_MAX);
		fuzz_check(rig.keeper.typed_size <= sizeof(rig.keeper.typed));
		fuzz_check(!memchr(rig.keeper.boot, '\n', sizeof(rig.keeper.boot)));
	}
	rig_end();
	return 0;
}
