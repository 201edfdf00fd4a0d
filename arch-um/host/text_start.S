/* SPDX-License-Identifier: GPL-2.0-only */
/* text_start.S - linked before all other code of the host side: no probes from here on */
	.text
	.globl um_host_text_start
um_host_text_start:
