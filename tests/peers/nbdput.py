#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# nbdput.py - write a text into an NBD export and flush: nbdput.py SOCKET OFFSET TEXT
#
# A minimal client, so that the tests need no further package. Sectors that the text covers only in
# part are read first. The client waits up to 20 seconds for a server that is still starting.
import socket, struct, sys, time

path, offset, text = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
for late in range(200, -1, -1):
    peer = socket.socket(socket.AF_UNIX)
    try:
        peer.connect(path)
        break
    except (FileNotFoundError, ConnectionRefusedError):
        if not late:
            raise
        time.sleep(0.1)


def receive(size):
    data = b""
    while len(data) < size:
        part = peer.recv(size - len(data))
        if not part:
            sys.exit("the server has hung up")
        data += part
    return data


def request(command, at, size, data=b""):
    peer.sendall(struct.pack(">IHHQQI", 0x25609513, 0, command, 7, at, size) + data)
    magic, error, handle = struct.unpack(">IIQ", receive(16))
    if magic != 0x67446698 or handle != 7 or error:
        sys.exit("command %d: error %d" % (command, error))
    return receive(size) if command == 0 else b""


init, option, flags = struct.unpack(">QQH", receive(18))
peer.sendall(struct.pack(">I", 3) + struct.pack(">QII", option, 7, 6) + struct.pack(">IH", 0, 0))
while True:
    magic, what, kind, size = struct.unpack(">QIII", receive(20))
    receive(size)
    if kind == 1:
        break
    if kind & 0x80000000:
        sys.exit("the export is refused")
start = offset // 512 * 512
end = (offset + len(text) + 511) // 512 * 512
old = request(0, start, end - start)
new = old[: offset - start] + text + old[offset - start + len(text) :]
request(1, start, end - start, new)
request(3, 0, 0)
peer.sendall(struct.pack(">IHHQQI", 0x25609513, 0, 2, 7, 0, 0))
