# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_spaces.py - um-spaces and um-mailbox: the host processes that hold guest address spaces
import gdb

import gdb_kernel as k

TURNS = ("kernel", "guest", "reset", "mapper")
STOPS = ("-", "signal", "call", "again", "unused", "FP saved", "reset", "map failed")
UNUSED, ZYGOTE = "none: kept for the next program", "none: what new ones are forked from"
CHILD = "'arch/um/host/guest/child.c'::"       # other files have variables of these names
RESUMES = ((1, "frame"), (2, "load FP"), (4, "save FP"), (8, "step"))


def word_of(table, number):
    return table[number] if number < len(table) else "%d?" % number


def owners():
    """Tasks by space."""
    table = {}
    for task in k.tasks():
        if int(task["mm"]):
            table.setdefault(int(task["mm"]["context"]["space"]), []).append(
                "%d %s" % (int(task["pid"]), k.text(task["comm"])))
    return table


def spaces():
    slots = k.value(CHILD + "slots")
    for block in range(int(slots["nr_blocks"])):
        first = slots["spaces"][block]
        for index in range(64):
            space = first + index
            if int(space["pid"]):
                yield space


class Spaces(gdb.Command):
    """um-spaces: host process, guest thread, queued mappings and owner of each space."""

    def __init__(self):
        super().__init__("um-spaces", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        k.want_process()
        table = owners()
        gdb.write("engine %s\n" % k.value(CHILD + "engine")["name"].string())
        gdb.write("%8s %8s %6s %-8s %s\n" % ("HOST", "THREAD", "QUEUED", "TURN", "TASKS"))
        for space in spaces():
            gdb.write("%8d %8d %6d %-8s %s\n" % (
                int(space["pid"]), int(space["tid"]), int(space["nr_queued"]),
                word_of(TURNS, int(space["mailbox"]["turn"])) if int(space["tid"]) else "-",
                ", ".join(table.get(int(space), [UNUSED if int(space["tid"]) else ZYGOTE]))))


class Mailbox(gdb.Command):
    """um-mailbox TASK: the memory that the kernel process and a task's space share."""

    def __init__(self):
        super().__init__("um-mailbox", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        task = k.task_find(argument)
        if not int(task["mm"]) or not int(task["mm"]["context"]["space"]):
            raise gdb.GdbError("%s has no space" % k.text(task["comm"]))
        k.want_process()
        space = task["mm"]["context"]["space"]
        box, data = space["mailbox"], space["data"]
        gdb.write("space of host process %d, thread %d, mailbox at %#x\n" % (
            int(space["pid"]), int(space["tid"]), int(box)))
        gdb.write("turn %s, last stop %s, signal %d, resume by %s\n" % (
            word_of(TURNS, int(box["turn"])), word_of(STOPS, int(box["stop"])), int(box["signo"]),
            ", ".join(word for bit, word in RESUMES if int(box["resume"]) & bit) or "registers"))
        gdb.write("kernel sleeps %d, guest sleeps %d, kick %d, guest spins %d\n" % (
            int(box["kernel_sleeps"]), int(box["guest_sleeps"]), int(box["kick"]), int(data["spin"])))
        for index in range(int(space["nr_queued"])):
            command = data["commands"][index]
            gdb.write("queued: %s %#x, %d bytes, protection %d, offset %#x\n" % (
                {9: "map", 10: "protect", 11: "unmap"}.get(int(command["call"]), "?"), int(command["addr"]),
                int(command["size"]), int(command["prot"]), int(command["offset"])))
        regs = k.pointer(int(box["regs"].address), "struct pt_regs")
        gdb.write("registers there: ip %#x sp %#x ax %#x orig_ax %d\n" % (
            int(regs["ip"]), int(regs["sp"]), int(regs["ax"]), int(regs["orig_ax"].cast(k.kernel_type("long")))))


Spaces()
Mailbox()
