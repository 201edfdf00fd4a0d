# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_clock.py - stop the machine's clock while gdb holds the machine
#
# Loaded by umlab.py into gdb on the host. At each stop, this file writes the time into the kernel
# process. When the kernel continues, it subtracts the pause from its clock (arch-um/host/), even
# if gdb was killed.
import struct
import time

import gdb

ADDRESS = int(gdb.parse_and_eval("(unsigned long)&host_time_stopped"))


def on_stop(event):
    try:
        inferior = gdb.selected_inferior()
        if inferior.pid and inferior.num == 1:
            now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            inferior.write_memory(ADDRESS, struct.pack("<Q", now))
    except gdb.error:
        pass        # gdb reads a core file, or the process has ended


gdb.events.stop.connect(on_stop)
