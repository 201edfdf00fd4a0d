/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * confinement.h - tell the program after a restart that it is confined
 *
 * host_confine_*() are declared in um/host.h.
 */
#ifndef UM_HOST_CONFINEMENT_H
#define UM_HOST_CONFINEMENT_H

/*
 * host_confined_environment - return @envp for the next run of this program. If this process is
 * confined, a variable is added that says so.
 */
char **host_confined_environment(char **envp);

#endif /* UM_HOST_CONFINEMENT_H */
