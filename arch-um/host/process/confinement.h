/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * confinement.h - what a restart must know about confinement
 *
 * host_confine_*() are declared in um/host.h.
 */
#ifndef UM_HOST_CONFINEMENT_H
#define UM_HOST_CONFINEMENT_H

/*
 * host_confined_environment - @envp for the next run of this program, with a variable that says
 * that confinement holds already.
 */
char **host_confined_environment(char **envp);

#endif /* UM_HOST_CONFINEMENT_H */
