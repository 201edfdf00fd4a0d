/* SPDX-License-Identifier: GPL-2.0-only */
/* text_end.S - mark the end of the code of host/; kprobes are allowed again from here on */
	.text
	.globl um_host_text_end
um_host_text_end:
