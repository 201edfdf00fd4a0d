/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * words.h - read words of commands and options: numbers, on and off, NAME=VALUE
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>

/* Returns the value in "NAME=VALUE"; NULL if the word does not begin with @prefix ("NAME="). */
const char *word_value(const char *word, const char *prefix);

/* Reads a decimal number of at most @max. 0 or -EINVAL. */
int word_read_number(const char *text, unsigned long max, unsigned long *number);

/* Reads "on" or "off". 0 or -EINVAL. */
int word_read_switch(const char *text, bool *on);

#endif /* WORDS_H */
