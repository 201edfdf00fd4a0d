# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_kernel.py - provide what all um-* commands use: kernel lists, types, memory, tasks
#
# Imported by the other gdb_*.py files as k, in gdb on the host.
import functools
import struct

import gdb

PAGE_SIZE = 4096
TASK_STATES = ((0x80, "dead"), (0x20, "dead"), (0x10, "zombie"), (0x8, "traced"), (0x4, "stopped"),
               (0x2, "waits (D)"), (0x1, "sleeps"))
TASK_IDLE = 0x402

_types = {}


def kernel_type(name):
    """Returns a type by name, cached until symbols change."""
    if name not in _types:
        _types[name] = gdb.lookup_type(name)
    return _types[name]


gdb.events.clear_objfiles.connect(lambda event: (_types.clear(), stack_size.cache_clear()))


def value(expression):
    return gdb.parse_and_eval(expression)


def number(expression):
    return int(gdb.parse_and_eval(expression)) & 0xffffffffffffffff


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def read_long(address):
    return struct.unpack("<Q", read(address, 8))[0]


def is_core():
    """Is this the core file of a panic, with guest RAM and the kernel's variables only?"""
    return gdb.selected_inferior().connection.type == "core"


def want_process():
    if is_core():
        raise gdb.GdbError("a core file contains no host processes: they ended with the machine")


def pointer(address, type_name):
    return gdb.Value(address).cast(kernel_type(type_name).pointer())


def container(address, type_name, member):
    """Returns the structure that contains the list head or node at @address."""
    kind = kernel_type(type_name)
    offset = 0
    for part in member.split("."):
        field = next(f for f in kind.fields() if f.name == part)
        offset += field.bitpos // 8
        kind = field.type
    return pointer(int(address) - offset, type_name)


def list_members(head, type_name, member):
    """Yields each structure in the list whose head is @head."""
    start = int(head.address)
    at = int(head["next"])
    while at and at != start:
        yield container(at, type_name, member)
        at = int(pointer(at, "struct list_head")["next"])


def text(array):
    """Returns the content of a char array up to its NUL."""
    return array.string(errors="replace").split("\0")[0]


def tasks():
    """Yields all tasks: processes in order of creation, each followed by its threads."""
    init = value("&init_task")
    yield init
    for leader in list_members(init["tasks"], "struct task_struct", "tasks"):
        head = leader["signal"]["thread_head"]
        yield from list_members(head, "struct task_struct", "thread_node")


def current():
    return value("cpu_tasks[0].task")


def task_find(word):
    """Returns a task by number, name or expression; without a word, the running task."""
    word = word.strip()
    if not word:
        return current()
    if word.isdigit():
        for task in tasks():
            if int(task["pid"]) == int(word):
                return task
        raise gdb.GdbError("no task %s; um-ps lists the tasks" % word)
    found = [task for task in tasks() if text(task["comm"]) == word]
    if len(found) == 1:
        return found[0]
    if found:
        raise gdb.GdbError("%d tasks have the name %s: %s; use a number" % (
            len(found), word, " ".join(str(int(task["pid"])) for task in found)))
    try:
        return value(word).cast(kernel_type("struct task_struct").pointer())
    except gdb.error:
        raise gdb.GdbError("no task %s; um-ps lists the tasks" % word)


def task_state(task):
    if int(task) == int(current()):
        return "runs"
    state = int(task["__state"]) | int(task["exit_state"])
    if state & TASK_IDLE == TASK_IDLE:
        return "idle"
    for bit, word in TASK_STATES:
        if state & bit:
            return word
    return "ready"


@functools.lru_cache(maxsize=None)
def stack_size():
    end, start = "(unsigned long)&__end_init_stack", "(unsigned long)&__start_init_stack"
    return number(end) - number(start)


def task_regs(task):
    """Returns the registers of the task's guest code, at the top of its kernel stack."""
    kind = kernel_type("struct pt_regs")
    return pointer(int(task["stack"]) + stack_size() - kind.sizeof, "struct pt_regs")


def symbol_at(address):
    """Returns a kernel address as function+offset."""
    line = gdb.execute("info symbol %#x" % address, to_string=True)
    if "No symbol" in line:
        return "%#x" % address
    return line.split(" in section")[0].strip().replace(" + ", "+")


def line_at(address):
    where = gdb.find_pc_line(address)
    return "%s:%d" % (where.symtab.filename, where.line) if where.symtab else ""
