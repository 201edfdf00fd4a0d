/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - what happened in a machine during an exam, written on the host
 */
#ifndef RECORD_H
#define RECORD_H

#include "machine/machine.h"

/* Goes on at the end of the record of an exam's machine; with any other machine all of these do nothing. */
void record_open(const struct machine *machine);
bool record_wanted(void);
/* One line: "2026-01-31T10:00:00.123 KIND TEXT", with \n, \e and \xNN for what is no text. */
void record_bytes(const char *kind, const char *data, size_t size);
/* The same for what the guest prints, of which there may be too much. */
void record_output(const char *kind, const char *data, size_t size);
void recordf(const char *kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The record outlives its machine: moves it to the user's records. */
void record_keep(const struct machine *machine);

#endif
