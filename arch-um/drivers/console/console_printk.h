/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_printk.h - write kernel messages to a console
 */
#ifndef CONSOLE_PRINTK_H
#define CONSOLE_PRINTK_H

/* console_printk_register - show the log so far and new messages. The lines must be open. */
void console_printk_register(void);

#endif /* CONSOLE_PRINTK_H */
