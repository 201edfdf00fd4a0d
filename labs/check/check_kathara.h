/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_kathara.h - read the files correction.json and correction.yaml of kathara-lab-checker
 */
#ifndef CHECK_KATHARA_H
#define CHECK_KATHARA_H

#include <jansson.h>

#include "check/check.h"
#include "lab/labfile.h"

/* Adds the claims of a file. False: *reason says what is wrong in it. */
bool check_kathara_read(struct checks *checks, const struct lab *lab, const json_t *file,
			char **reason);

#endif
