// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-agentflow.c - test the rules of a channel (labs/link/agentflow.c)
 *
 * A hostile agent or client sends too much, invalid sizes, or frames that it must not send.
 */
#include "tap.h"

#include "link/agentflow.h"

static struct agentflow flow;
static char zeros[AGENT_PAYLOAD_MAX];

static struct agent_header header_of(int type, uint32_t size)
{
	return (struct agent_header){ AGENT_MAGIC, type, 1, size };
}

/* Is this frame from the agent valid? */
static bool agent(int type, uint32_t size, const void *payload)
{
	struct agent_header header = header_of(type, size);

	return !agentflow_agent(&flow, &header, payload ? payload : zeros);
}

static bool client(int type, uint32_t size, const void *payload, uint32_t *credit)
{
	struct agent_header header = header_of(type, size);
	uint32_t ignored;

	return !agentflow_client(&flow, &header, payload ? payload : zeros,
				 credit ? credit : &ignored);
}

/* Sends output until it is refused. Returns how many bytes were accepted. */
static size_t flood(int type)
{
	size_t sum = 0;

	while (sum < 100 << 20 && agent(type, 1000, NULL))
		sum += 1000;
	return sum;
}

static void output(void)
{
	uint32_t credit = 5000, given;

	agentflow_init(&flow);
	ok(flood(AGENT_OUTPUT) <= 2 * AGENT_WINDOW && !agent(AGENT_ERRORS, 1000, NULL),
	   "output and errors together have a limit without credit");
	ok(client(AGENT_CREDIT, 4, &credit, &given) && given == 5000 &&
	   agent(AGENT_OUTPUT, 5000, NULL) && !agent(AGENT_OUTPUT, 1000, NULL),
	   "credit allows as many bytes");
	agentflow_init(&flow);
	credit = UINT32_MAX;
	ok(client(AGENT_CREDIT, 4, &credit, &given) && given == 0 &&
	   flood(AGENT_OUTPUT) <= 2 * AGENT_WINDOW,
	   "a client's credit cannot exceed the window");
	agentflow_init(&flow);
	ok(agent(AGENT_OUTPUT, 0, NULL) && !agent(AGENT_OUTPUT, 0, NULL) &&
	   !agent(AGENT_OUTPUT, 1, NULL) && agent(AGENT_ERRORS, 1, NULL),
	   "a stream ends once");
}

static void input(void)
{
	uint32_t credit = 1;
	size_t sum = 0;

	agentflow_init(&flow);
	ok(!agent(AGENT_CREDIT, 4, &credit), "credit for input that was not sent is refused");
	while (sum < 100 << 20 && client(AGENT_INPUT, 1000, NULL, NULL))
		sum += 1000;
	ok(sum <= AGENT_WINDOW, "input has a limit without credit");
	credit = 1000;
	ok(agent(AGENT_CREDIT, 4, &credit) && client(AGENT_INPUT, 1000, NULL, NULL),
	   "credit allows more input");
	credit = UINT32_MAX;
	ok(!agent(AGENT_CREDIT, 4, &credit) && !agent(AGENT_CREDIT, 3, &credit) &&
	   !agent(AGENT_CREDIT, 0, NULL), "absurd and malformed credit is refused");
	ok(!client(AGENT_CREDIT, 5, &credit, NULL), "malformed credit of a client is refused");
	agentflow_init(&flow);
	ok(client(AGENT_INPUT, 0, NULL, NULL) && !client(AGENT_INPUT, 1, NULL, NULL),
	   "input ends once");
}

static void kinds(void)
{
	bool good = true;

	agentflow_init(&flow);
	for (int type = 0; type < 256; type++) {
		bool from_agent = type == AGENT_OUTPUT || type == AGENT_ERRORS ||
				  type == AGENT_EXIT || type == AGENT_REFUSED;
		bool from_client = type == AGENT_INPUT || type == AGENT_CREDIT ||
				   type == AGENT_SIGNAL || type == AGENT_RESIZE;

		if (type != AGENT_CREDIT)
			good &= agent(type, 4, NULL) == from_agent;
		good &= client(type, 4, NULL, NULL) == from_client;
	}
	ok(good, "each side may send only its own kinds of frame");
	ok(!agent(AGENT_EXIT, 0, NULL) && !agent(AGENT_EXIT, 3, NULL) &&
	   !agent(AGENT_EXIT, 8, NULL), "an exit status of another size is refused");
	ok(!client(AGENT_SIGNAL, 3, NULL, NULL) && !client(AGENT_RESIZE, 100, NULL, NULL),
	   "malformed signals and sizes of terminals are refused");
}

static bool refusal(const char *payload, size_t size, int want, const char *want_reason)
{
	struct agent_header header = header_of(AGENT_REFUSED, size);
	char reason[AGENT_REASON_MAX], *exact = malloc(size ? size : 1);
	int status;

	memcpy(exact, payload, size);
	status = agentflow_refusal(&header, exact, reason);
	free(exact);
	if (status == want && !strcmp(reason, want_reason))
		return true;
	diag("%d %s", status, reason);
	return false;
}

static void payloads(void)
{
	static char big[AGENT_PAYLOAD_MAX];
	struct agent_header header = header_of(AGENT_EXIT, 4);
	char boot[64], id[64], reason[AGENT_REASON_MAX];
	int status = 7 << 8;

	ok(refusal("127 sh: not found", 17, 127, "sh: not found"), "a refusal is read");
	ok(refusal("", 0, 125, "the agent gave no reason") &&
	   refusal("1", 1, 125, "1") && refusal("12", 2, 125, "12") &&
	   refusal("126", 3, 126, "the agent gave no reason"),
	   "short and empty refusals read no other memory");
	ok(refusal("0 fine", 6, 125, "0 fine") && refusal("999 x", 5, 125, "999 x"),
	   "a refusal cannot claim success");
	ok(refusal("125 a\033[2J\nb\xff", 12, 125, "a?[2J?b?"), "a reason is one clean line");
	memset(big, 'x', sizeof(big));
	header = header_of(AGENT_REFUSED, sizeof(big));
	agentflow_refusal(&header, big, reason);
	ok(strlen(reason) < AGENT_REASON_MAX, "a long reason is cut");
	header = header_of(AGENT_EXIT, 4);
	ok(agentflow_exit(&header, (char *)&status) == 7, "an exit status is read");
	status = 9;
	ok(agentflow_exit(&header, (char *)&status) == 128 + 9, "an end by a signal is read");
	status = 0x137f;
	ok(agentflow_exit(&header, (char *)&status) == -1, "a stopped program has not ended");
	header = header_of(AGENT_HELLO, 9);
	ok(agentflow_hello(&header, "00ff1a 12", boot, id) && !strcmp(boot, "00ff1a") &&
	   !strcmp(id, "00ff1a 12"), "a HELLO is read");
	ok(!agentflow_hello(&header, "00\nphase=", boot, id) &&
	   !agentflow_hello(&header, "00ff1a 1x", boot, id) &&
	   !agentflow_hello(&header, "00ff1a  1", boot, id) &&
	   !agentflow_hello(&header, "00ff1a\0001", boot, id),
	   "a HELLO with other characters is refused");
	header = header_of(AGENT_HELLO, sizeof(big));
	ok(!agentflow_hello(&header, big, boot, id), "a long HELLO is refused");
}

int main(void)
{
	output();
	input();
	kinds();
	payloads();
	return tap_done();
}
