/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net.h - the long-running halves of umlab-net
 *
 * Each gets the words after `run KIND`, runs until it is told to stop and returns the
 * exit status.
 */
#ifndef NET_H
#define NET_H

int net_run_switch(char **words, int nr_words);
int net_run_uplink(const char *kind, char **words, int nr_words);

/*
 * net_client - say the words to the switch or uplink @name and print the answer. Then, if
 * @output_fd >= 0, copy what follows there until either side ends. Returns the exit status.
 */
int net_client(const char *name, char **words, int nr_words, int output_fd);

/* net_machine - the same with a machine's own socket (netctl=). */
int net_machine(const char *path, char **words, int nr_words);

/* net_list - what runs in the user's folder; as JSON if @json. */
int net_list(int json);

#endif /* NET_H */
