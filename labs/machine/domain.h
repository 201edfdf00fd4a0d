/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain.h - start and stop collision domains, the umlab-net switches that connect machines
 */
#ifndef DOMAIN_H
#define DOMAIN_H

/*
 * Returns the path of the switch for a collision domain of the lab with the id @lab. The id is "-"
 * for machines without a lab.
 */
char *domain_path(const char *lab, const char *domain);

/* Starts the switch at @path, unless the switch runs already. 0, or -errno with a reason. */
int domain_start(const char *path, char **reason);
/* Ends the switch at @path, if it runs, and removes its log. */
void domain_stop(const char *path);
/* Ends all switches of this user. */
void domain_stop_all(void);

#endif
