/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * init_tiny.h - act as init for a root file system without an init
 */
#ifndef INIT_TINY_H
#define INIT_TINY_H

void init_tiny(void) __attribute__((noreturn));

#endif
