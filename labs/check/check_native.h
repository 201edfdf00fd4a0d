/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_native.h - read check.yaml, umlab's own description of what must hold in a lab
 */
#ifndef CHECK_NATIVE_H
#define CHECK_NATIVE_H

#include <jansson.h>

#include "check/check.h"

/* Adds the claims of a file. False: *reason says what is wrong in it. */
bool check_native_read(struct checks *checks, const json_t *file, char **reason);

#endif
