/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper.h - run the keeper, the process that looks after a running machine
 */
#ifndef KEEPER_H
#define KEEPER_H

#include "base/tell.h"

/* Runs `umlab keeper ID`: starts or adopts the machine, and returns after the machine has ended. */
enum status keeper_main(const char *id);

#endif
