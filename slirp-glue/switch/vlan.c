// SPDX-License-Identifier: GPL-2.0-only
/*
 * vlan.c - read and print sets of VLANs, as trunk ports have them
 *
 * Called by port_settings.c, on the thread of the switch's event loop.
 */
#include "switch/vlan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int vlan_map_parse(const char *text, uint8_t *map)
{
	memset(map, 0, VLAN_MAP_SIZE);
	if (!strcmp(text, "none"))
		return 0;
	if (!strcmp(text, "all")) {
		memset(map, 0xff, VLAN_MAP_SIZE);
		return 0;
	}
	for (;;) {
		char *end;
		unsigned long first, last;

		if (*text < '0' || *text > '9')
			return -EINVAL;
		first = last = strtoul(text, &end, 10);
		if (*end == '-') {
			text = end + 1;
			if (*text < '0' || *text > '9')
				return -EINVAL;
			last = strtoul(text, &end, 10);
		}
		if (first < 1 || last > VLAN_MAX || first > last)
			return -EINVAL;
		for (; first <= last; first++)
			map[first / 8] |= 1 << first % 8;
		if (!*end)
			return 0;
		if (*end != ',')
			return -EINVAL;
		text = end + 1;
	}
}

void vlan_map_describe(const uint8_t *map, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (int vlan = 1; vlan <= VLAN_MAX && used < size; vlan++) {
		int first = vlan;

		if (!vlan_map_has(map, vlan))
			continue;
		while (vlan < VLAN_MAX && vlan_map_has(map, vlan + 1))
			vlan++;
		used += snprintf(text + used, size - used, first == vlan ? "%s%d" : "%s%d-%d",
				 used ? "," : "", first, vlan);
	}
}
