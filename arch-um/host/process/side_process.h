/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * side_process.h - begin a process that works for the kernel process, such as the starter
 */
#ifndef UM_SIDE_PROCESS_H
#define UM_SIDE_PROCESS_H

/*
 * host_side_process_begin - name the calling process, which the kernel process @parent has just
 * forked. It blocks all signals, gets a process group of its own, and ends together with @parent.
 */
void host_side_process_begin(const char *name, int parent);

#endif /* UM_SIDE_PROCESS_H */
