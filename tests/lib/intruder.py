#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# intruder.py - try to use what belongs to another user: intruder.py < LIST
#
# LIST has one path per line. The script tries to read, write and connect to each, also through
# /proc, and prints one line for each success, then the number of paths. It runs as the other user.
import os, signal, socket, stat, sys


def tries(path):
    for name, flags in ("reads", os.O_RDONLY), ("writes", os.O_WRONLY):
        try:
            os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY))
            yield name
        except OSError:
            pass
    for kind in socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM:
        try:
            with socket.socket(socket.AF_UNIX, kind) as sock:
                sock.connect(path)
            yield "connects to"
        except OSError:
            pass
    for name in "new", "record.log", "ctl":
        try:
            os.close(os.open(path + "/" + name, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            yield "makes a file in"
        except OSError:
            pass
    for name, call in (
        ("renames", lambda: os.rename(path, path + ".gone")),
        ("removes", lambda: os.unlink(path)),
        ("changes the mode of", lambda: os.chmod(path, 0o777)),
        ("links", lambda: os.link(path, "/tmp/umlab-intruder-%d" % os.getpid())),
    ):
        try:
            call()
            yield name
        except OSError:
            pass


def kills(pid):
    for number in signal.SIGTERM, signal.SIGSTOP, signal.SIGUSR1:
        try:
            os.kill(pid, number)
            yield "signals"
        except OSError:
            pass
    for name in "mem", "fd/0", "cwd", "environ", "root", "map_files":
        try:
            path = "/proc/%d/%s" % (pid, name)
            os.listdir(path) if name == "map_files" else os.close(os.open(path, os.O_RDONLY))
            yield "opens %s of" % name
        except OSError:
            pass


number = 0
for line in sys.stdin:
    line = line.rstrip("\n")
    number += 1
    for what in kills(int(line)) if line.isdigit() else tries(line):
        print(what, line)
print("tried", number)
