/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handlers.h - install the signal handlers, and raise events from our own threads
 */
#ifndef UM_HOST_HANDLERS_H
#define UM_HOST_HANDLERS_H

/* host_handlers_init - install all signal handlers. Called on the machine's thread. */
void host_handlers_init(void);

/*
 * host_event_raise - set bits of enum um_event in um_irqs_pending and interrupt the machine's
 * thread. Any thread.
 */
void host_event_raise(unsigned int events);

#endif /* UM_HOST_HANDLERS_H */
