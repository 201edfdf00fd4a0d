# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_unwind.py - um-task: show a sleeping task with gdb's own commands; unwind through signals
#
# Loaded by umlab.py into gdb on the host.
#
# Theory of operation
#   gdb knows only the machine's thread. um-task TASK makes the innermost frame appear as if the
#   frame had been called from the place where TASK sleeps. The saved registers of the task are
#   on its kernel stack, in the order of arch-um/x86/switch.S. bt, up, frame, info locals and
#   finish then work on the task, in a running machine or in a core file, and write no register.
#   The view ends when the machine continues.
import gdb
from gdb.unwinder import Unwinder, register_unwinder

import gdb_kernel as k

SAVED = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")


class FrameId:
    def __init__(self, sp, pc):
        self.sp = gdb.Value(sp)
        self.pc = gdb.Value(pc)


class TaskUnwinder(Unwinder):
    """Unwinds from the machine's innermost frame to the frames of the selected task."""

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
            saved = gdb.Value(k.read_long(self.task_sp + 8 * index))
            info.add_saved_register(name, saved.cast(kind))
        info.add_saved_register("rsp", gdb.Value(self.task_sp + 8 * len(SAVED)).cast(kind))
        return info


# The offset of struct sigcontext in struct ucontext, where it follows flags, link and stack.
CONTEXT_AT = 40
CONTEXT = "r8 r9 r10 r11 r12 r13 r14 r15 rdi rsi rbp rbx rdx rax rcx rsp rip".split()


class HandlerUnwinder(Unwinder):
    """Unwinds from the handler of a host signal to the kernel code that it interrupted."""

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
            saved = gdb.Value(k.read_long(sp + CONTEXT_AT + 8 * index))
            info.add_saved_register(name, saved.cast(kind))
        return info


register_unwinder(None, HandlerUnwinder(), replace=True)
unwinder = TaskUnwinder()
register_unwinder(None, unwinder, replace=True)
gdb.events.cont.connect(lambda event: unwinder.forget())


class Task(gdb.Command):
    """um-task [TASK]: let bt, up, frame and info locals show a sleeping task.

Frame 0 stays that of the machine; the frames of the task follow. The view ends when the machine
continues, or with um-task without TASK. TASK is a number, a name or an expression."""

    def __init__(self):
        super().__init__("um-task", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        unwinder.forget()
        if not argument.strip():
            return
        task = k.task_find(argument)
        if int(task) == int(k.current()):
            gdb.write("%s is running: its frames are those of the machine\n" % k.text(task["comm"]))
            return
        unwinder.select(task)
        gdb.execute("frame 1")


Task()
