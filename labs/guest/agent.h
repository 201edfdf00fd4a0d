/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agent.h - serve the requests of the host inside a guest
 */
#ifndef AGENT_H
#define AGENT_H

/* Serves requests until the machine ends. @name is argv[0], which is overwritten for ps. */
void agent_main(char *name) __attribute__((noreturn));

#endif
