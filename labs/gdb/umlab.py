# SPDX-License-Identifier: GPL-2.0-only
#
# umlab.py - prepare gdb to debug a machine's kernel, and load the um-* and lx-* commands
#
# `umlab debug`, `make gdb` and launch.json load this file (gdb -x labs/gdb/umlab.py). gdb may have
# attached to a running machine, started a machine, or read the core file of a panic (core=FILE).
# The gdb_*.py files in this folder define the um-* commands, which um-help lists. The lx-*
# commands come from the generic kernel.
import os
import sys

import gdb

HERE = os.path.dirname(os.path.realpath(os.path.expanduser(__file__)))
if HERE not in sys.path:
    sys.path.insert(0, HERE)

# The machine uses these signals all the time, for its timer, descriptors, workers and faults.
PASSED = ("SIGALRM SIGIO SIGUSR1 SIGUSR2 SIGCHLD SIGWINCH SIGCONT SIGPIPE SIGSEGV SIGBUS SIGILL "
          "SIGFPE SIGTERM SIGHUP")

# Scripts of the generic kernel. The kernel's own loader refuses reduced debug data, although
# kernel/debug/debug_types.c adds the types that the scripts need.
GENERIC = ("utils symbols modules dmesg tasks config cpus lists rbtree proc timerlist clk genpd "
           "device vfs pgtable radixtree interrupts mm stackdepot page_owner slab vmalloc "
           "kasan").split()

OURS = ("gdb_tasks gdb_unwind gdb_memory gdb_spaces gdb_devices gdb_syscalls gdb_modules gdb_guest "
        "gdb_clock gdb_oops").split()


def kernel_objfile():
    """Returns vmlinux, or None if gdb has not read its symbols yet."""
    for objfile in gdb.objfiles():
        if objfile.lookup_global_symbol("um_irqs_pending"):
            return objfile
    return None


def load_generic(build):
    """Loads the lx-* commands from kbuild's folder, which match the kernel's configuration."""
    import importlib
    if "linux.utils" in sys.modules:
        return
    sys.path.insert(0, os.path.join(build, "scripts", "gdb"))
    for name in ["constants"] + GENERIC:
        try:
            importlib.import_module("linux." + name)
        except (ImportError, gdb.error, gdb.GdbError, AttributeError) as error:
            gdb.write("umlab: cannot load the lx commands of %s: %s\n" % (name, error))
    # The machine has one processor; the scripts would ask a gdbserver for the processor's number.
    if "linux.cpus" in sys.modules:
        sys.modules["linux.cpus"].get_current_cpu = lambda: 0


class Help(gdb.Command):
    """um-help: list the commands of umlab."""

    def __init__(self):
        super().__init__("um-help", gdb.COMMAND_SUPPORT)

    def invoke(self, argument, from_tty):
        for line in gdb.execute("apropos ^um-", to_string=True).splitlines():
            if line.startswith("um-"):
                gdb.write(line + "\n")


def setup(objfile):
    import importlib
    gdb.execute("handle %s nostop noprint pass" % PASSED, to_string=True)
    gdb.execute("set breakpoint pending on")
    build = os.path.dirname(os.path.realpath(objfile.filename))
    # gdb finds unnamed structures such as atomic64_t complete only if it reads these symbols first.
    gdb.execute("maint expand-symtabs debug_types.c", to_string=True)
    load_generic(build)
    for name in OURS:
        importlib.import_module(name)
    Help()


def on_new_objfile(event):
    objfile = kernel_objfile()
    if objfile:
        gdb.events.new_objfile.disconnect(on_new_objfile)
        setup(objfile)


if kernel_objfile():
    setup(kernel_objfile())
else:
    gdb.events.new_objfile.connect(on_new_objfile)
