# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_guest.py - um-regs, um-core, um-user, um-root: examine a guest program
#
# Loaded by umlab.py into gdb on the host.
#
# Theory of operation
#   gdb does not see the address space of a guest program, but the machine's page tables say where
#   each of its pages is in guest RAM. um-core writes these pages, the registers and the list of
#   mapped files to a core file, as the guest's own kernel would. A second gdb reads the core file
#   together with the guest's binaries and libraries, so um-user shows what a debugger inside the
#   guest would show: functions, arguments, lines. Pages that were not in memory come from the
#   binaries. The commands look for binaries below um-root DIR, then on the machine's disk (with
#   debugfs of e2fsprogs).
import os
import struct
import subprocess
import tempfile

import gdb

import gdb_kernel as k
import gdb_memory as memory

NT_PRSTATUS, NT_AUXV, NT_FILE = 1, 6, 0x46494c45
VM_READ, VM_WRITE, VM_EXEC = 1, 2, 4
REGISTERS = ("r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss "
             "fs_base gs_base ds es fs gs").split()

root = os.environ.get("UMLAB_ROOT", "")
image = os.environ.get("UMLAB_IMAGE", "")
cache = None


def path_of(file):
    """Returns the path of an open file inside the guest."""
    parts, dentry, mnt = [], file["f_path"]["dentry"], file["f_path"]["mnt"]
    mount = k.container(int(mnt), "struct mount", "mnt")
    while True:
        if int(dentry) == int(mount["mnt"]["mnt_root"]):
            if int(mount["mnt_parent"]) == int(mount):
                break
            dentry, mount = mount["mnt_mountpoint"], mount["mnt_parent"]
            continue
        if int(dentry["d_parent"]) == int(dentry):
            break
        parts.append(dentry["d_name"]["name"].string(errors="replace"))
        dentry = dentry["d_parent"]
    return "/" + "/".join(reversed(parts))


# ---- the maple tree that holds the areas ---------------------------------------------
# Bits 3 to 6 of a pointer to a node are the node's kind. The root is a pointer to a node if the
# two low bits are 2.

NODE_MASK, KIND_SHIFT, LEAF, ARANGE = 0xff, 3, 1, 3


def node_entries(encoded):
    node = k.pointer(encoded & ~NODE_MASK, "struct maple_node")
    kind = encoded >> KIND_SHIFT & 0xf
    part = node["ma64"] if kind == ARANGE else node["mr64"]
    slots, pivots = part["slot"], part["pivot"]
    nr = slots.type.range()[1] + 1
    for index in range(nr):
        slot = int(slots[index])
        # After the last area the pivots are 0. The node's last slot may hold a count instead.
        if index and index < nr - 1 and not int(pivots[index]):
            if slot > k.PAGE_SIZE:
                yield from [slot] if kind == LEAF else node_entries(slot)
            return
        if slot > k.PAGE_SIZE:
            yield from [slot] if kind == LEAF else node_entries(slot)


def maple_entries(tree):
    root = int(tree["ma_root"])
    if root & 3 == 2 and root > k.PAGE_SIZE:
        yield from node_entries(root)
    elif root:
        yield root


def areas(mm):
    low, high = 0, 0x7fffffff0000
    seen = set()
    for entry in maple_entries(mm["mm_mt"]):
        vma = k.pointer(entry, "struct vm_area_struct")
        start, end = int(vma["vm_start"]), int(vma["vm_end"])
        if low <= start < end <= high and start not in seen and int(vma["vm_mm"]) == int(mm):
            seen.add(start)
            yield start, end, vma


# ---- the core file -----------------------------------------------------------------

def note(kind, data):
    pad = -len(data) % 4
    return struct.pack("<III", 5, len(data), kind) + b"CORE\0\0\0\0" + data + b"\0" * pad


def status_note(task):
    regs = task_registers(task)
    status = struct.pack("<iiihxxQQiiii", 0, 0, 0, 0, 0, 0, int(task["pid"]), 0, 0, 0) + b"\0" * 64
    status += struct.pack("<27Q", *[regs[name] for name in REGISTERS])
    return note(NT_PRSTATUS, status + struct.pack("<ii", 1, 0))


def task_registers(task):
    regs = k.task_regs(task)
    return {name: int(regs[name]) & 0xffffffffffffffff for name in REGISTERS}


def file_note(table):
    mapped = [(start, end, int(vma["vm_pgoff"]), path_of(vma["vm_file"]))
              for start, end, vma in table if int(vma["vm_file"])]
    data = struct.pack("<QQ", len(mapped), k.PAGE_SIZE)
    data += b"".join(struct.pack("<QQQ", start, end, offset) for start, end, offset, _ in mapped)
    return note(NT_FILE, data + b"".join(name.encode() + b"\0" for *_, name in mapped))


def auxv_note(mm):
    words = mm["saved_auxv"]
    nr = words.type.range()[1] + 1
    return note(NT_AUXV, b"".join(struct.pack("<Q", int(words[i])) for i in range(nr)))


def runs(mm, start, end):
    """Yields the parts of an area that are in memory."""
    at = start
    while at < end:
        if memory.linear(mm, at) is None:
            at += k.PAGE_SIZE
            continue
        first = at
        while at < end and memory.linear(mm, at) is not None:
            at += k.PAGE_SIZE
        yield first, at


def core_write(task, path):
    mm = memory.mm_of(task)
    table = list(areas(mm))
    notes = status_note(task) + file_note(table) + auxv_note(mm)
    pieces = [(first, last, int(vma["vm_flags"])) for start, end, vma in table
              for first, last in runs(mm, start, end)]
    at = 64 + 56 * (len(pieces) + 1)
    headers = struct.pack("<IIQQQQQQ", 4, 0, at, 0, 0, len(notes), 0, 4)
    at = (at + len(notes) + k.PAGE_SIZE - 1) & -k.PAGE_SIZE
    data_at = at
    for first, last, flags in pieces:
        rights = sum(right for bit, right in ((VM_READ, 4), (VM_WRITE, 2), (VM_EXEC, 1))
                     if flags & bit)
        headers += struct.pack("<IIQQQQQQ", 1, rights, at, first, 0, last - first, last - first,
                               k.PAGE_SIZE)
        at += last - first
    with open(path, "wb") as core:
        core.write(b"\x7fELF\2\1\1" + b"\0" * 9 + struct.pack(
            "<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, len(pieces) + 1, 0, 0, 0))
        core.write(headers + notes)
        core.seek(data_at)
        for first, last, _ in pieces:
            core.write(memory.guest_read(mm, first, last - first))
    return table


# ---- the guest's binaries -------------------------------------------------------------

def names_link(folder, names):
    """Creates the links through which programs find libraries.

A program asks for /lib/libx.so.1, but the mapped file is /usr/lib/libx.so.1.2.3."""
    for short in ("lib", "lib64", "bin", "sbin"):
        if not os.path.lexists(os.path.join(folder, short)):
            os.symlink("usr/" + short, os.path.join(folder, short))
    for name in names:
        path, last = folder + name, os.path.basename(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        while ".so." in name:
            name = name.rpartition(".")[0]
            if not os.path.lexists(folder + name):
                os.symlink(last, folder + name)


def fetch(names):
    """Returns a folder with the guest's files in `names`, as far as they can be found."""
    global cache
    if root:
        return root
    cache = cache or tempfile.TemporaryDirectory(prefix="umlab-gdb-")
    names_link(cache.name, names)
    for name in names:
        target = cache.name + name
        if image and not os.path.exists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            search = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
            subprocess.run(["debugfs", "-R", "dump %s %s" % (name, target), image], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env={**os.environ, "PATH": search})
            if os.path.exists(target) and not os.path.getsize(target):
                os.unlink(target)
    return cache.name


class Registers(gdb.Command):
    """um-regs [TASK]: the registers of a task's guest code."""

    def __init__(self):
        super().__init__("um-regs", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        task = k.task_find(argument)
        memory.mm_of(task)
        for name, content in task_registers(task).items():
            gdb.write("%-8s %#018x  %d\n" % (name, content, content - (content >> 63 << 64)))


class Core(gdb.Command):
    """um-core TASK FILE: write a core file of a guest program without disturbing it."""

    def __init__(self):
        super().__init__("um-core", gdb.COMMAND_DATA, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        task, path = memory.task_and_rest(argument, "um-core TASK FILE")
        core_write(task, os.path.expanduser(path.strip()))


class User(gdb.Command):
    """um-user TASK [GDB COMMAND]: show the backtrace of a guest program, or run a command on it.

Symbols come from the guest's binaries: below um-root DIR, or else on the machine's disk."""

    def __init__(self):
        super().__init__("um-user", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = argument.split(None, 1)
        if not words:
            raise gdb.GdbError("usage: um-user TASK [GDB COMMAND]")
        task = k.task_find(words[0])
        mm = memory.mm_of(task)
        with tempfile.NamedTemporaryFile(prefix="umlab-core-") as core:
            table = core_write(task, core.name)
            names = {path_of(vma["vm_file"]) for *_, vma in table if int(vma["vm_file"])}
            program = path_of(mm["exe_file"])
            folder = fetch(names)
            where = folder + program
            if not os.path.exists(where):
                gdb.write("umlab: %s: not found; name the guest's root folder with um-root DIR\n"
                          % program)
            command = [os.environ.get("UMLAB_GDB", "gdb"), "-nx", "-q", "-batch",
                       "-iex", "set sysroot " + folder, "-iex", "set pagination off",
                       "-ex", "file " + where, "-ex", "core-file " + core.name,
                       "-ex", words[1] if len(words) > 1 else "bt"]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, check=False)
            gdb.write(done.stdout + done.stderr)


class Root(gdb.Command):
    """um-root DIR: take the guest's binaries and symbols from a copy of its root folder."""

    def __init__(self):
        super().__init__("um-root", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        global root
        root = os.path.abspath(os.path.expanduser(argument)) if argument else ""


Registers()
Core()
User()
Root()
