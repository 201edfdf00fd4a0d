/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labmap.h - a lab drawn: machines and the collision domains between them
 */
#ifndef LABMAP_H
#define LABMAP_H

#include <stdio.h>

#include "lab/labfile.h"

/* For a terminal, and as a picture. */
void labmap_text(const struct lab *lab, FILE *out);
void labmap_svg(const struct lab *lab, FILE *out);

#endif
