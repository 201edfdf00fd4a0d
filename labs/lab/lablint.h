/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lablint.h - find what the original tools would refuse in a lab
 */
#ifndef LABLINT_H
#define LABLINT_H

#include "lab/labfile.h"

/* Adds a LAB_STRICT remark for each thing in the lab that @tool refuses. */
void lab_lint_strict(struct lab *lab, enum lab_dialect tool);

#endif
