/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_import.h - make a machine of a file that export wrote, perhaps on another user's host
 */
#ifndef MACHINE_IMPORT_H
#define MACHINE_IMPORT_H

#include "machine/machine.h"

/*
 * Makes @machine, which machine_describe() has described and which must not exist, of the archive
 * @path. The settings that were dropped go to @dropped. 0; or -errno with the reason in *@reason.
 */
int machine_import(struct machine *machine, const char *path, struct words *dropped, char **reason);

/*
 * Copies those settings of a machine from a stranger that can do no harm, from @from to @to. The
 * others go to @dropped, as "KEY=VALUE" for people to read.
 */
void machine_import_settings(const struct conf *from, struct conf *to, struct words *dropped);

#endif
