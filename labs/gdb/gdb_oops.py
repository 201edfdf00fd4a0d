# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_oops.py - um-catch-oops: stop where the kernel fails, before it says so
import gdb


class CatchOops(gdb.Command):
    """um-catch-oops: stop at each oops and panic.

`bt` then leads through um_oops_entry to the code that failed, with its registers."""

    def __init__(self):
        super().__init__("um-catch-oops", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        for place in ("oops_end", "panic"):
            gdb.execute("break " + place)


CatchOops()
