#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# nbdput.py - write a text to an NBD export and flush it: nbdput.py SOCKET OFFSET TEXT
#
# This is a minimal NBD client, so that the tests need no further package. The client is one file
# because some tests copy it into a machine; tests/lib/logcrash.py imports the class. Sectors that
# the text covers only in part are read first. The client waits up to 20 seconds for a server that
# is still starting. t1000-disk-tool.sh and other tests run this program.
import socket, struct, sys, time

READ, WRITE, DISCONNECT, FLUSH = range(4)
OPTION_GO, REPLY_ACK, REPLY_ERROR = 7, 1, 0x80000000
REQUEST_MAGIC, ANSWER_MAGIC, COOKIE = 0x25609513, 0x67446698, 7


class Export:
    """A connection to the only export of an NBD server at a Unix socket."""

    def __init__(self, path):
        self.peer = connect(path)
        _, option, _ = struct.unpack(">QQH", self.receive(18))
        self.peer.sendall(struct.pack(">IQII", 3, option, OPTION_GO, 6) + bytes(6))
        kind = 0
        while kind != REPLY_ACK:
            _, _, kind, size = struct.unpack(">QIII", self.receive(20))
            self.receive(size)
            if kind & REPLY_ERROR:
                sys.exit("the server refuses the export")

    def receive(self, size):
        data = b""
        while len(data) < size:
            part = self.peer.recv(size - len(data))
            if not part:
                sys.exit("the server has closed the connection")
            data += part
        return data

    def send(self, command, at, size, data=b""):
        head = struct.pack(">IHHQQI", REQUEST_MAGIC, 0, command, COOKIE, at, size)
        self.peer.sendall(head + data)

    def request(self, command, at=0, size=0, data=b""):
        """Carry out one command; return the server's error number and the data that was read."""
        self.send(command, at, size, data)
        magic, error, cookie = struct.unpack(">IIQ", self.receive(16))
        if magic != ANSWER_MAGIC or cookie != COOKIE:
            sys.exit("the server sent an invalid answer")
        return error, self.receive(size) if command == READ and not error else b""


def connect(path):
    for late in range(200, -1, -1):
        peer = socket.socket(socket.AF_UNIX)
        try:
            peer.connect(path)
            return peer
        except (FileNotFoundError, ConnectionRefusedError):
            if not late:
                raise
            time.sleep(0.1)


def must(result):
    error, data = result
    if error:
        sys.exit("the server answered with error %d" % error)
    return data


def main(path, offset, text):
    export = Export(path)
    start = offset // 512 * 512
    size = (offset + len(text) + 511) // 512 * 512 - start
    data = bytearray(must(export.request(READ, start, size)))
    data[offset - start : offset - start + len(text)] = text
    must(export.request(WRITE, start, size, data))
    must(export.request(FLUSH))
    export.send(DISCONNECT, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3].encode())
