/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * complete.h - what may stand where the user just pressed TAB
 */
#ifndef COMPLETE_H
#define COMPLETE_H

/* @words: those behind `umlab`, the last one is the unfinished one. One candidate a line; "files" asks the shell for paths. */
void complete_print(int nr, char **words);

#endif
