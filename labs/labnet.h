/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labnet.h - the networks of machines and labs
 *
 * The one place that knows umlab-net and the kernel's ethN= options.
 */
#ifndef LABNET_H
#define LABNET_H

#include "labfile.h"
#include "machine.h"
#include "verb.h"

/* --net of run, create and set. */
void labnet_settings_apply(const struct verb_args *args, struct conf *conf);
/* What must run before the machine does. 0, or -errno with a reason. */
int labnet_machine_start(struct machine *machine, char **reason);

#endif
