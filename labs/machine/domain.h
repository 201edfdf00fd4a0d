/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain.h - collision domains: switches of umlab-net that machines are plugged into
 */
#ifndef DOMAIN_H
#define DOMAIN_H

/* The path of the switch that is a lab's collision domain. Machines without a lab use "-". */
char *domain_path(const char *lab, const char *domain);

/* Starts the switch at @path unless it runs already. 0, or -errno with a reason. */
int domain_start(const char *path, char **reason);
/* Ends the switch at @path, if it runs, and removes its log. */
void domain_stop(const char *path);
/* Ends all switches of this user. */
void domain_stop_all(void);

#endif
