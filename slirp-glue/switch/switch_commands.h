/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * switch_commands.h - carry out the commands of a running switch
 */
#ifndef SWITCH_COMMANDS_H
#define SWITCH_COMMANDS_H

#include "common/mgmt.h"
#include "switch/port.h"

/* The table of commands for mgmt_start(). */
extern const struct mgmt_command switch_commands[];

/* Returns the port with that number, or with the name that its peer gave. NULL: no such port. */
struct port *switch_port_named(const char *text);

#endif /* SWITCH_COMMANDS_H */
