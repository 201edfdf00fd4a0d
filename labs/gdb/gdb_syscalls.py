# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_syscalls.py - um-break-syscall: stop when a task makes a system call
#
# Loaded by umlab.py into gdb on the host.
import gdb

import gdb_kernel as k


def handler_of(word):
    """Returns (number, address of the function) for a system call's number or name."""
    table = k.value("'arch/um/kernel/syscall.c'::sys_call_table")
    if word.isdigit():
        nr = int(word)
        if nr > table.type.range()[1]:
            raise gdb.GdbError("there are only %d system calls" % (table.type.range()[1] + 1))
        return nr, int(table[nr])
    # The functions of uname, stat and some other calls are named sys_new*.
    for name in ("sys_" + word, "sys_new" + word):
        try:
            address = int(k.value("(unsigned long)&" + name))
        except gdb.error:
            continue
        for nr in range(table.type.range()[1] + 1):
            if int(table[nr]) == address:
                return nr, address
    raise gdb.GdbError("no system call %s" % word)


class SyscallBreakpoint(gdb.Breakpoint):
    """Stops in the function of one system call, for tasks with a given name or number."""

    def __init__(self, nr, address, who):
        super().__init__("*%#x" % address)
        self.nr, self.who = nr, who

    def stop(self):
        task = k.current()
        # Check the number, because other calls may share the function (sys_ni_syscall).
        if int(k.task_regs(task)["orig_ax"]) != self.nr:
            return False
        return not self.who or self.who in (k.text(task["comm"]), str(int(task["pid"])))


class BreakSyscall(gdb.Command):
    """um-break-syscall CALL [TASK]: stop in the kernel when a task makes a system call.

CALL is a number or a name. TASK is a name or a number; without it, every task stops. The result is
an ordinary breakpoint: info breakpoints, delete, condition and commands work."""

    def __init__(self):
        super().__init__("um-break-syscall", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        words = argument.split()
        if not 1 <= len(words) <= 2:
            raise gdb.GdbError("usage: um-break-syscall CALL [TASK]")
        nr, address = handler_of(words[0])
        SyscallBreakpoint(nr, address, words[1] if len(words) > 1 else "")


BreakSyscall()
