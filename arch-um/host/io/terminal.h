/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * terminal.h - switch terminals to raw mode and back, for the rest of host/
 *
 * host_term_raw() and host_term_size() are declared in um/host.h.
 */
#ifndef UM_HOST_TERMINAL_H
#define UM_HOST_TERMINAL_H

struct termios;

/* host_term_make_raw - turn @settings into those of a terminal that passes every byte unchanged. */
void host_term_make_raw(struct termios *settings);

/*
 * host_term_restore_all - restore the settings of every terminal. Called before the process ends.
 * host_term_resume_all - make the terminals raw again. Called after SIGCONT.
 * Signal handlers may call both.
 */
void host_term_restore_all(void);
void host_term_resume_all(void);

#endif /* UM_HOST_TERMINAL_H */
