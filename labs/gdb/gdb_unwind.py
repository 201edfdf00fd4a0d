# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_unwind.py - um-task: look at a sleeping task with gdb's own commands; bt out of interrupts
#
# Theory of operation
#   gdb knows one thread, the machine's. um-task TASK makes the innermost frame look as if it had been
#   called from where that task sleeps: its saved registers lie on its kernel stack in the
#   order of x86/switch.S. So bt, up, frame, info locals and finish work on it, on a
#   running machine and on a core file alike, and no register is written. The view ends when
#   the machine runs on.
import gdb
from gdb.unwinder import Unwinder, register_unwinder

import gdb_kernel as k

SAVED = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")


class FrameId:
    def __init__(self, sp, pc):
        self.sp = gdb.Value(sp)
        self.pc = gdb.Value(pc)


class TaskUnwinder(Unwinder):
    """Leads from the machine's frame to those of the selected task."""

    def __init__(self):
        super().__init__("umlab task")
        self.task_sp = 0
        self.at = None

    def select(self, task):
        frame = gdb.newest_frame()
        self.at = (int(frame.read_register("rip")), int(frame.read_register("rsp")))
        self.task_sp = int(task["thread"]["sp"])
        gdb.invalidate_cached_frames()

    def forget(self):
        if self.task_sp:
            self.task_sp = 0
            gdb.invalidate_cached_frames()

    def __call__(self, frame):
        if not self.task_sp:
            return None
        pc, sp = int(frame.read_register("rip")), int(frame.read_register("rsp"))
        if (pc, sp) != self.at:
            return None
        info = frame.create_unwind_info(FrameId(sp, pc))
        kind = k.kernel_type("unsigned long")
        for index, name in enumerate(SAVED):
            info.add_saved_register(name, gdb.Value(k.read_long(self.task_sp + 8 * index)).cast(kind))
        info.add_saved_register("rsp", gdb.Value(self.task_sp + 8 * len(SAVED)).cast(kind))
        return info


# struct sigcontext, behind flags, link and stack of struct ucontext.
CONTEXT_AT = 40
CONTEXT = "r8 r9 r10 r11 r12 r13 r14 r15 rdi rsi rbp rbx rdx rax rcx rsp rip".split()


class HandlerUnwinder(Unwinder):
    """Leads from a host signal's handler to the kernel code that it interrupted."""

    def __init__(self):
        super().__init__("umlab signal handler")
        self.restorer = int(gdb.parse_and_eval("(unsigned long)&host_restorer"))

    def __call__(self, frame):
        if int(frame.read_register("rip")) != self.restorer:
            return None
        sp = int(frame.read_register("rsp"))
        info = frame.create_unwind_info(FrameId(sp, self.restorer))
        kind = k.kernel_type("unsigned long")
        for index, name in enumerate(CONTEXT):
            info.add_saved_register(name, gdb.Value(k.read_long(sp + CONTEXT_AT + 8 * index)).cast(kind))
        return info


register_unwinder(None, HandlerUnwinder(), replace=True)
unwinder = TaskUnwinder()
register_unwinder(None, unwinder, replace=True)
gdb.events.cont.connect(lambda event: unwinder.forget())


class Task(gdb.Command):
    """um-task [TASK]: let bt, up, frame and info locals show a sleeping task.

Frame 0 stays the machine's own; the task's frames follow it. Without TASK, or when
the machine runs on, the view ends. TASK is a number, a name or an expression."""

    def __init__(self):
        super().__init__("um-task", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        unwinder.forget()
        if not argument.strip():
            return
        task = k.task_find(argument)
        if int(task) == int(k.current()):
            gdb.write("%s runs: its frames are those of the machine\n" % k.text(task["comm"]))
            return
        unwinder.select(task)
        gdb.execute("frame 1")


Task()
