/* SPDX-License-Identifier: GPL-2.0-only */
/* text_start.S - linked before all code of host/, in which kprobes are not allowed (kprobes.c) */
	.text
	.globl um_host_text_start
um_host_text_start:
