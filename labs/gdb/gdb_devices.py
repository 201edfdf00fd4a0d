# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_devices.py - um-irqs and um-disks: show pending interrupts and disk requests in flight
#
# Loaded by umlab.py into gdb on the host.
import gdb

import gdb_kernel as k

SOFTIRQS = "hi timer net_tx net_rx block irq_poll tasklet sched hrtimer rcu".split()
OPS = "read write zero discard flush call".split()


def bits(number, names):
    return " ".join(name for index, name in enumerate(names) if number >> index & 1) or "none"


def events():
    return {int(field.enumval): field.name[len("UM_EVENT_"):].lower()
            for field in gdb.lookup_type("enum um_event").fields()}


class Irqs(gdb.Command):
    """um-irqs: interrupt flag, pending interrupts and softirqs, and the current context."""

    def __init__(self):
        super().__init__("um-irqs", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        pending = k.number("um_irqs_pending")
        gdb.write("interrupts %s\n" % ("on" if k.number("um_irqs_on") else "off"))
        names = [word for bit, word in events().items() if pending & bit]
        gdb.write("pending: %s\n" % (" ".join(names) or "none"))
        gdb.write("softirqs pending: %s\n" % bits(k.number("irq_stat.__softirq_pending"), SOFTIRQS))
        count = int(k.current()["thread_info"]["preempt_count"])
        contexts = (("hard interrupt", count & 0xf0000),
                    ("softirq or bottom halves off", count & 0xff00),
                    ("preemption off", count & 0xff))
        words = [word for word, is_set in contexts if is_set]
        gdb.write("preempt_count %#x: %s\n" % (count & 0xffffffff,
                                               ", ".join(words) or "task context"))


class Disks(gdb.Command):
    """um-disks: the disks of the machine and their requests in flight."""

    def __init__(self):
        super().__init__("um-disks", gdb.COMMAND_STATUS)

    def requests(self, disk):
        sets = disk["tags"]
        for queue in range(int(sets["nr_hw_queues"])):
            tags = sets["tags"][queue]
            for tag in range(int(tags["nr_tags"])):
                request = tags["static_rqs"][tag]
                if int(request) and int(request["state"]):
                    yield tag, request

    def invoke(self, argument, from_tty):
        table = k.value("ubd_disks")
        kind = k.kernel_type("struct ubd_io").pointer()
        for index in range(table.type.range()[1] + 1):
            disk = table[index]
            if not int(disk):
                continue
            gdb.write("%s: %s, %d sectors\n" % (k.text(disk["name"]), disk["path"].string(),
                                               int(disk["gendisk"]["part0"]["bd_nr_sectors"])))
            for tag, request in self.requests(disk):
                io = (request + 1).cast(kind)
                gdb.write("  tag %d: %s, sector %d, %d bytes, %s\n" % (
                    tag, OPS[int(io["op"])], int(request["__sector"]), int(request["__data_len"]),
                    ("in flight", "complete")[int(request["state"]) - 1]))


Irqs()
Disks()
