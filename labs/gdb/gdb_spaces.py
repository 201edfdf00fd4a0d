# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_spaces.py - um-spaces, um-mailbox: show the host processes that hold guest address spaces
#
# Loaded by umlab.py into gdb on the host.
import gdb

import gdb_kernel as k

TURNS = ("kernel", "guest", "reset", "mapper")
STOPS = ("-", "signal", "call", "again", "unused", "FP saved", "reset", "map failed")
UNUSED, ZYGOTE = "none: kept for the next program", "none: new spaces are forked from it"
# Name the file, because other files have variables with the same names.
TABLE = "'arch/um/host/guest/space_table.c'::table"
ENGINE = "'arch/um/host/guest/spaces.c'::engine"
CALLS = {9: "map", 10: "protect", 11: "unmap"}
RESUMES = ((1, "frame"), (2, "load FP"), (4, "save FP"), (8, "step"))


def word_of(table, number):
    return table[number] if number < len(table) else "%d?" % number


def owners():
    """Returns a table of each space's tasks."""
    table = {}
    for task in k.tasks():
        if int(task["mm"]):
            table.setdefault(int(task["mm"]["context"]["space"]), []).append(
                "%d %s" % (int(task["pid"]), k.text(task["comm"])))
    return table


def spaces():
    """Yields the generic part of each space that has a process (space_table.c)."""
    table = k.value(TABLE)
    for block in range(int(table["nr_blocks"])):
        first = int(table["spaces"][block])
        for index in range(64):
            space = k.pointer(first + index * int(table["space_size"]), "struct host_space")
            if int(space["pid"]):
                yield space


def engine():
    return k.value(ENGINE)["name"].string()


def seccomp_part(space):
    """Returns the seccomp engine's part of a space, or None under another engine."""
    return k.pointer(int(space), "struct seccomp_space") if engine() == "seccomp" else None


def space_row(space, tasks):
    part = seccomp_part(space)
    tid = int(part["tid"]) if part else 0
    turn = word_of(TURNS, int(part["mailbox"]["turn"])) if tid else "-"
    is_zygote = part and not tid
    return "%8d %8d %6d %-8s %s\n" % (int(space["pid"]), tid, int(space["nr_queued"]), turn,
                                      ", ".join(tasks or [ZYGOTE if is_zygote else UNUSED]))


class Spaces(gdb.Command):
    """um-spaces: list host process, guest thread, queued mappings and tasks of each space."""

    def __init__(self):
        super().__init__("um-spaces", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        k.want_process()
        table = owners()
        gdb.write("engine %s\n" % engine())
        gdb.write("%8s %8s %6s %-8s %s\n" % ("HOST", "THREAD", "QUEUED", "TURN", "TASKS"))
        for space in spaces():
            gdb.write(space_row(space, table.get(int(space))))


def mailbox_write(part, data):
    box = part["mailbox"]
    gdb.write("thread %d, mailbox at %#x\n" % (int(part["tid"]), int(box)))
    gdb.write("turn %s, last stop %s, signal %d, resume by %s\n" % (
        word_of(TURNS, int(box["turn"])), word_of(STOPS, int(box["stop"])), int(box["signo"]),
        ", ".join(word for bit, word in RESUMES if int(box["resume"]) & bit) or "registers"))
    gdb.write("kernel sleeps %d, guest sleeps %d, kick %d, guest spins %d\n" % (
        int(box["kernel_sleeps"]), int(box["guest_sleeps"]), int(box["kick"]), int(data["spin"])))
    regs = k.pointer(int(box["regs"].address), "struct pt_regs")
    gdb.write("registers there: ip %#x sp %#x ax %#x orig_ax %d\n" % (
        int(regs["ip"]), int(regs["sp"]), int(regs["ax"]),
        int(regs["orig_ax"].cast(k.kernel_type("long")))))


class Mailbox(gdb.Command):
    """um-mailbox TASK: show mailbox and queued mappings of a task's space."""

    def __init__(self):
        super().__init__("um-mailbox", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        task = k.task_find(argument)
        if not int(task["mm"]) or not int(task["mm"]["context"]["space"]):
            raise gdb.GdbError("%s has no space" % k.text(task["comm"]))
        k.want_process()
        space = task["mm"]["context"]["space"]
        part = seccomp_part(space)
        gdb.write("space of host process %d, " % int(space["pid"]))
        if part:
            mailbox_write(part, space["data"])
        else:
            gdb.write("no mailbox (%s engine)\n" % engine())
        for index in range(int(space["nr_queued"])):
            command = space["data"]["commands"][index]
            gdb.write("queued: %s %#x, %d bytes, protection %d, offset %#x\n" % (
                CALLS.get(int(command["call"]), "?"), int(command["addr"]), int(command["size"]),
                int(command["prot"]), int(command["offset"])))


Spaces()
Mailbox()
