/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_printk.h - kernel messages on a console
 */
#ifndef CONSOLE_PRINTK_H
#define CONSOLE_PRINTK_H

/* console_printk_register - after the lines have been opened: the log so far appears. */
void console_printk_register(void);

#endif /* CONSOLE_PRINTK_H */
