/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper.h - the process beside each running machine: its console, its agent, its end
 */
#ifndef KEEPER_H
#define KEEPER_H

#include "base/tell.h"

/* The whole program `umlab keeper ID`: starts or adopts the machine, ends after it. */
enum status keeper_main(const char *id);

#endif
