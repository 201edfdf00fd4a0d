/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port_settings.h - read and write the settings of a port as words: "down", "vlan=10", "loss=1%"
 */
#ifndef PORT_SETTINGS_H
#define PORT_SETTINGS_H

#include <stddef.h>

struct port;

/*
 * Applies all settings in @words, or none if one of them is wrong; @error then says why. Returns
 * 0, -EINVAL or -ENOMEM.
 */
int port_settings_apply(struct port *port, char **words, int nr_words, char *error,
			size_t error_size);

/* Writes the port's settings as words, each after a blank; "up" and "down" are left out. */
void port_settings_describe(const struct port *port, char *text, size_t size);

#endif /* PORT_SETTINGS_H */
