/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - record on the host what happens in a machine during an exam
 */
#ifndef RECORD_H
#define RECORD_H

#include "machine/machine.h"

/*
 * Opens the machine's record for appending, if the machine belongs to an exam. For other machines
 * the functions below do nothing. A process has one record at most.
 */
void record_open(const struct machine *machine);
bool record_wanted(void);
/* Writes a line "2026-01-31T10:00:00.123 KIND TEXT", with escapes such as \n, \e and \x00. */
void record_bytes(const char *kind, const char *data, size_t size);
/* Writes the guest's output like record_bytes(), until the record has grown to its limit. */
void record_output(const char *kind, const char *data, size_t size);
/* Writes a line about what the guest caused, until such lines have reached their limit. */
void record_event(const char *kind, const char *text);
void recordf(const char *kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Moves the record to the user's records, before the machine's folder is removed. */
void record_keep(const struct machine *machine);

#endif
