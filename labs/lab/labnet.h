/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labnet.h - the networks of machines and labs
 *
 * The one place that knows umlab-net and the kernel's ethN= options.
 */
#ifndef LABNET_H
#define LABNET_H

#include "lab/labfile.h"
#include "machine/machine.h"
#include "base/verb.h"

/* --net of run, create and set. */
void labnet_settings_apply(const struct verb_args *args, struct conf *conf);
/* What must run before the machine does. 0, or -errno with a reason. */
int labnet_machine_start(struct machine *machine, char **reason);
/* The interfaces of a lab's machine, as words for its kernel. */
int labnet_describe(const struct lab *lab, const struct lab_machine *from, struct machine *machine, char **reason);
/* The collision domains of a lab; those that are there stay. */
int labnet_lab_start(const struct lab *lab, char **reason);
/* The switch of a collision domain. */
char *labnet_path(const char *lab, const char *domain);
/* "ethN=..." of a machine's settings, or NULL; and the switch and port that it names (NULL: none). */
const char *labnet_nic_find(const struct conf *conf, int index);
char *labnet_nic_switch(const char *nic, int *port);
/* A port of this switch that no machine of this user has. */
int labnet_port_free(const char *path);
/*
 * The limits of a machine's interfaces: those at switches, before it starts; those of uplinks are
 * words of the kernel's option, which is @nic otherwise.
 */
char *labnet_nic_option(const struct conf *conf, const char *nic);
void labnet_limits_apply(const struct machine *machine);
/* Notes a domain that the lab's description does not have, so that it ends with the lab. */
int labnet_domain_note(const char *lab, const char *domain);
/* One such switch; one that is there stays. */
int labnet_switch_start(const char *path, char **reason);
/* They end when the lab has no machine any more. */
void labnet_lab_stop(const char *lab);
/* All of this user's. */
void labnet_stop_all(void);

#endif
