/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host_internal.h - calls between the files of arch-um/host
 */
#ifndef UM_HOST_INTERNAL_H
#define UM_HOST_INTERNAL_H

#include <um/types.h>

#define FLAGS_TRAP	0x100		/* of the processor's flags: single step */

/*
 * handlers.c: host_event_raise - set bits of enum um_event in um_irqs_pending and interrupt
 * the machine's thread. Any thread.
 */
void host_event_raise(unsigned int events);

/*
 * poll.c: host_poll_fd - a descriptor that is readable while host_poll_collect() has
 * something to do; for host_idle() to sleep on. -errno when the host refuses one.
 */
int host_poll_fd(void);

/* timer.c: an event interrupted the kernel here; 0 when it only noted it. */
void host_timer_place(uint64_t ip, uint64_t sp);

/* file.c: the flags of this descriptor belong to others too, see host_file_inherit(). Any thread. */
bool host_file_shared(int fd);

/*
 * terminal.c: host_term_restore_all - give every terminal its settings back; for every way
 * the process can end. host_term_resume_all - make them raw again; for SIGCONT. Both may
 * be called from signal handlers.
 */
void host_term_restore_all(void);
void host_term_resume_all(void);

/* terminal.c: turn @settings into those of a terminal that passes every byte as it is. */
struct termios;
void host_term_make_raw(struct termios *settings);

#endif /* UM_HOST_INTERNAL_H */
