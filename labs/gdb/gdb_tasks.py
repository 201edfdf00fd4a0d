# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_tasks.py - um-ps and um-bt: list the guest's tasks, show where in the kernel they sleep
#
# Loaded by umlab.py into gdb on the host.
import gdb

import gdb_kernel as k

# Index of the word above thread.sp that holds the frame pointer. The return address is in the next
# word (arch-um/x86/switch.S).
SWITCH_BP = 5


def kernel_chain(task):
    """Yields the return addresses of a task. Follows frame pointers, as stacktrace.c does."""
    if int(task) == int(k.current()):
        frame = gdb.newest_frame()
        while frame:
            yield frame.pc()
            frame = frame.older()
        return
    stack, size = int(task["stack"]), k.stack_size()
    sp = int(task["thread"]["sp"])
    yield k.read_long(sp + 8 * (SWITCH_BP + 1))
    frame = k.read_long(sp + 8 * SWITCH_BP)
    while stack <= frame <= stack + size - 16:
        up, address = k.read_long(frame), k.read_long(frame + 8)
        if not address:
            return
        yield address
        if up <= frame:
            return
        frame = up


def waits_in(task):
    """Returns the first function on the task's stack that is not part of the scheduler."""
    names = [k.symbol_at(address).split("+")[0] for address in kernel_chain(task)]
    for name in names:
        if name not in ("__schedule", "schedule", "schedule_timeout", "__switch_to",
                        "context_switch", "schedule_hrtimeout_range",
                        "schedule_hrtimeout_range_clock", "io_schedule", "schedule_idle",
                        "schedule_preempt_disabled"):
            return name
    return names[0] if names else ""


class Ps(gdb.Command):
    """um-ps [NAME]: list the guest's tasks.

Shows the state, the host process that holds the address space (not for a core file), and the
kernel function in which the task waits. Tasks without a host process are kernel threads."""

    def __init__(self):
        super().__init__("um-ps", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        gdb.write("%7s %7s %-10s %8s %-16s %s\n" % (
            "PID", "PARENT", "STATE", "HOST", "NAME", "WAITS IN"))
        for task in k.tasks():
            name = k.text(task["comm"])
            if argument and argument not in name:
                continue
            state, host = k.task_state(task), "-"
            if not k.is_core() and int(task["mm"]) and int(task["mm"]["context"]["space"]):
                host = str(int(task["mm"]["context"]["space"]["pid"]))
            gdb.write("%7d %7d %-10s %8s %-16s %s\n" % (
                int(task["pid"]), int(task["real_parent"]["pid"]), state, host, name,
                waits_in(task) if state not in ("runs", "dead", "zombie") else ""))


class Backtrace(gdb.Command):
    """um-bt [TASK|all]: show the kernel backtrace of a task, with source lines.

TASK is a number, a name or an expression. um-task selects a task for bt, up and info locals."""

    def __init__(self):
        super().__init__("um-bt", gdb.COMMAND_STACK)

    def show(self, task):
        gdb.write("%d %s, %s\n" % (int(task["pid"]), k.text(task["comm"]), k.task_state(task)))
        for level, address in enumerate(kernel_chain(task)):
            gdb.write("  #%-2d %#018x %s  %s\n" % (level, address, k.symbol_at(address - 1),
                                                   k.line_at(address - 1)))

    def invoke(self, argument, from_tty):
        if argument.strip() == "all":
            for task in k.tasks():
                self.show(task)
        else:
            self.show(k.task_find(argument))


class TaskFunction(gdb.Function):
    """$um_task(TASK): the task_struct of a number or a name."""

    def __init__(self):
        super().__init__("um_task")

    def invoke(self, word=""):
        is_string = word.type.strip_typedefs().code in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_PTR)
        return k.task_find(word.string() if is_string else str(int(word))).dereference()


Ps()
Backtrace()
TaskFunction()
