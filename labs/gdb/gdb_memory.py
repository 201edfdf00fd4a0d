# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_memory.py - um-vtop and um-x: walk the page tables of guest programs, show their memory
#
# Loaded by umlab.py into gdb on the host. gdb_guest.py uses these functions too.
import gdb

import gdb_kernel as k

LEVELS = (("pgd", 39), ("pud", 30), ("pmd", 21), ("pte", 12))
IS_TABLE = 0x80        # asm/pgtable.h
FLAGS = ((0x1, "present"), (0x2, "write"), (0x4, "user"), (0x8, "exec"), (0x20, "accessed"),
         (0x40, "dirty"), (IS_TABLE, "table"), (0x100, "protnone"), (0x200, "special"),
         (0x400, "mirrored"))
PHYSICAL = 0x000ffffffffff000


def page_offset():
    return 0x40000000


def walk(mm, address):
    """Yields (level, shift, address of the entry, entry) down to the first absent entry."""
    table = int(mm["pgd"])
    for name, shift in LEVELS:
        at = table + 8 * (address >> shift & 511)
        entry = k.read_long(at)
        yield name, shift, at, entry
        if not entry & 1 or not entry & IS_TABLE:
            return
        table = (entry & PHYSICAL) + page_offset()


def linear(mm, address):
    """Returns the kernel address of a guest address, or None if no page is present."""
    name, shift, at, entry = list(walk(mm, address))[-1]
    if not entry & 1 or entry & IS_TABLE:
        return None
    return (entry & PHYSICAL) + page_offset() + (address & ((1 << shift) - 1))


def guest_read(mm, address, size):
    """Returns bytes from the memory of a guest program, or None if a page is not present."""
    data = b""
    while size:
        part = min(size, k.PAGE_SIZE - address % k.PAGE_SIZE)
        at = linear(mm, address)
        if at is None:
            return None
        data += k.read(at, part)
        address += part
        size -= part
    return data


def mm_of(task):
    if not int(task["mm"]):
        raise gdb.GdbError("%s is a kernel thread and has no address space" % k.text(task["comm"]))
    return task["mm"]


def task_and_rest(argument, usage):
    words = argument.split(None, 1)
    if len(words) != 2:
        raise gdb.GdbError("usage: " + usage)
    return k.task_find(words[0]), words[1]


class Vtop(gdb.Command):
    """um-vtop TASK ADDRESS: walk the page tables of a task."""

    def __init__(self):
        super().__init__("um-vtop", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        task, expression = task_and_rest(argument, "um-vtop TASK ADDRESS")
        mm, address = mm_of(task), k.number(expression)
        for name, shift, at, entry in walk(mm, address):
            flags = " ".join(word for bit, word in FLAGS if entry & bit)
            gdb.write("%s[%3d] at %#x: %#018x  %s\n" % (name, address >> shift & 511, at, entry,
                                                        flags or "nothing"))
        where = linear(mm, address)
        if where is None:
            gdb.write("%#x: no page\n" % address)
        else:
            physical = where - page_offset()
            gdb.write("%#x: kernel address %#x, guest-physical %#x, offset %#x of the memory file\n"
                      % (address, where, physical, physical - k.number("um_image_size")))


class UserExamine(gdb.Command):
    """um-x TASK ADDRESS [BYTES]: show memory of a guest program."""

    def __init__(self):
        super().__init__("um-x", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        task, rest = task_and_rest(argument, "um-x TASK ADDRESS [BYTES]")
        words = rest.rsplit(None, 1)
        size = int(words[1], 0) if len(words) == 2 and words[1].isdigit() else 64
        start = k.number(words[0])
        for at in range(start, start + size, 16):
            data = guest_read(mm_of(task), at, min(16, start + size - at))
            if data is None:
                gdb.write("%#x: no page\n" % at)
                return
            shown = "".join(chr(c) if 32 <= c < 127 else "." for c in data)
            gdb.write("%#x: %-47s  %s\n" % (at, data.hex(" "), shown))


Vtop()
UserExamine()
