/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_console.h - serve a machine's console: its log and its input
 */
#ifndef KEEPER_CONSOLE_H
#define KEEPER_CONSOLE_H

#include "machine/keeper_state.h"

void keeper_console_log_open(struct keeper *keeper);

/*
 * Reads output once, and writes it to console.log and to an exam's record. Returns how many bytes
 * were read into @data; 0: none.
 */
size_t keeper_console_read(struct keeper *keeper, char *data, size_t room);

/* Queues input for the console. False: the queue has no room for it at the moment. */
bool keeper_console_has_room(const struct keeper *keeper);
void keeper_console_type(struct keeper *keeper, const char *data, size_t size);
/* Writes as much of the queued input as the guest takes. Never waits. */
void keeper_console_flush(struct keeper *keeper);

#endif
