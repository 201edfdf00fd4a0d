/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vlan.h - read, print and look up sets of VLANs, as trunk ports have them
 */
#ifndef VLAN_H
#define VLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VLAN_MAX = 4094,		/* VLANs are 1 to VLAN_MAX; 0 means none */
	VLAN_MAP_SIZE = 512,		/* bytes: one bit for each number */
};

static inline bool vlan_map_has(const uint8_t *map, uint16_t vlan)
{
	return map[vlan / 8] & 1 << vlan % 8;
}

/* Reads "10,20-30", "all" or "none" into @map. 0, or -EINVAL for anything else. */
int vlan_map_parse(const char *text, uint8_t *map);

/* Writes the set as "10,20-30"; an empty text if it contains no VLAN. */
void vlan_map_describe(const uint8_t *map, char *text, size_t size);

#endif /* VLAN_H */
