/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labmap.h - draw a map of a lab: its machines and the collision domains between them
 */
#ifndef LABMAP_H
#define LABMAP_H

#include <stdio.h>

#include "lab/labfile.h"

/* Draw the map as text for a terminal, or as an SVG picture. */
void labmap_text(const struct lab *lab, FILE *out);
void labmap_svg(const struct lab *lab, FILE *out);

#endif
