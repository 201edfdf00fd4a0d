// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_state.c - hold the state of the keeper, which all files keeper*.c share
 *
 * This is the keeper's lowest module, which only the keeper's other files call.
 */
#include "machine/keeper_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "machine/record.h"

enum { NOTES_MAX = 1 << 20 };	/* bytes of keeper.log */

void keeper_note(const char *fmt, ...)
{
	static size_t noted;
	char when[32], *text, *clean;
	time_t now = time(NULL);
	va_list args;
	int size;

	if (noted >= NOTES_MAX)
		return;
	strftime(when, sizeof(when), "%F %T ", localtime(&now));
	va_start(args, fmt);
	size = vasprintf(&text, fmt, args);
	va_end(args);
	if (size < 0)
		return;
	clean = clean_text(text, CLEAN_ONE_LINE);
	noted += strlen(when) + size + 1;
	fprintf(stderr, "%s%s\n%s", when, clean,
		noted < NOTES_MAX ? "" : "This log has reached its limit.\n");
	free(clean);
	free(text);
}

void keeper_report(struct keeper *keeper, const char *text)
{
	if (keeper->report_fd < 0)
		return;
	(void)!write(keeper->report_fd, text, strlen(text));
	close(keeper->report_fd);
	keeper->report_fd = -1;
}

void keeper_state_set(struct keeper *keeper, enum machine_state state)
{
	char *path = txt_printf("%s/status", keeper->machine.run_dir);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	keeper->state = state;
	record_event("state", machine_state_word(state));
	conf_setf(&keeper->status, "keeper", "%d", getpid());
	conf_set(&keeper->status, "phase", machine_state_word(state));
	conf_setf(&keeper->status, "since", "%ld.%03ld", (long)now.tv_sec, now.tv_nsec / 1000000);
	if (conf_write(&keeper->status, path))
		keeper_note("cannot write %s", path);
	free(path);
	keeper->state_changed(keeper);
}

void keeper_agent_ping(struct keeper *keeper)
{
	if (keeper->ping_sent > 0)
		return;
	keeper->ping_sent = timing_seconds();
	agentlink_send(&keeper->agent, AGENT_PING, 0, NULL, 0);
}
