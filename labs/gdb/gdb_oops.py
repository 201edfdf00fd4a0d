# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_oops.py - um-catch-oops: stop where the kernel fails
#
# Loaded by umlab.py into gdb on the host.
import gdb


class CatchOops(gdb.Command):
    """um-catch-oops: stop at each oops and panic.

bt then shows the code that failed, with its registers, below um_oops_entry."""

    def __init__(self):
        super().__init__("um-catch-oops", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        for place in ("oops_end", "panic"):
            gdb.execute("break " + place)


CatchOops()
