/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - a record on the host of what happens in a machine during an exam
 */
#ifndef RECORD_H
#define RECORD_H

#include "machine/machine.h"

/*
 * Opens the record if the machine belongs to an exam, and appends to it. With other machines
 * the functions below do nothing. There is one record for each process.
 */
void record_open(const struct machine *machine);
bool record_wanted(void);
/* One line: "2026-01-31T10:00:00.123 KIND TEXT", with escapes like \n, \e and \x00. */
void record_bytes(const char *kind, const char *data, size_t size);
/* The same for output of the guest, until the record has grown to its limit. */
void record_output(const char *kind, const char *data, size_t size);
void recordf(const char *kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Moves the record to the user's records, before the machine's folder is removed. */
void record_keep(const struct machine *machine);

#endif
