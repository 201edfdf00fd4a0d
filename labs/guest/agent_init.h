/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agent_init.h - mount the root file system and become its init
 */
#ifndef AGENT_INIT_H
#define AGENT_INIT_H

/*
 * Runs as PID 1 of the machine. Returns only if no root file system can be mounted. Before init
 * starts, a child process calls @agent in the new root.
 */
void init_main(char *name, void (*agent)(char *name));

#endif
