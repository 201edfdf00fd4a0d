/* SPDX-License-Identifier: GPL-2.0-only */
/* text_start.S - mark the start of the code of host/, where kprobes are not allowed (kprobes.c) */
	.text
	.globl um_host_text_start
um_host_text_start:
