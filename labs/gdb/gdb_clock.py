# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_clock.py - a machine that gdb holds does not notice: its clock stands still
#
# At each stop the kernel process is told when that was. It leaves out of its clock what follows
# by itself when it runs on (host/timer.c), even if gdb is killed meanwhile.
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
        pass        # a core file, or the process has ended


gdb.events.stop.connect(on_stop)
