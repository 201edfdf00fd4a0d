#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# logcrash.py - power failures made of a recorded sequence of writes
#
#   logcrash.py write SOCKET LOG NOTES ROUNDS     writes generations over NBD, notes what was safe when
#   logcrash.py replay LOG NOTES BEFORE AFTER CUT SEED    AFTER: what a failure at entry CUT may leave
#   logcrash.py verify RAW NOTES CUT              is that what the disk may hold?
#
# LOG is what qemu's blklogwrites records, in the format of dm-log-writes: a superblock, then
# for each write a sector with its description, and the data. A failure keeps all writes before the
# last flush and any part, sector by sector, of those since. Each sector of the disk has its number and
# the round that wrote it; NOTES has a line "round entries" for each flush that was acknowledged.
import random, shutil, socket, struct, sys

SECTOR, SECTORS, WRITES = 512, 8192, 6
FLUSH, DISCARD = 1, 4


def writes_of(number):
    rng = random.Random(number)
    for _ in range(WRITES):
        first = rng.randrange(SECTORS - 40)
        yield first, rng.randrange(1, 40)


def sector(number, generation):
    return struct.pack("<II", number, generation) * (SECTOR // 8)


def entries(path):
    with open(path, "rb") as log:
        magic, version, count, size = struct.unpack("<QQQI", log.read(28))
        if magic != 0x6A736677736872:
            sys.exit("no log of writes")
        at = size
        for _ in range(count):
            log.seek(at)
            where, length, flags, _ = struct.unpack("<QQQQ", log.read(32))
            data = b""
            at += size
            if not flags & DISCARD:
                log.seek(at)
                data = log.read(length * size)
                at += length * size
            yield where * size, length * size, flags, data


def entry_count(path):
    with open(path, "rb") as log:
        return struct.unpack("<QQQI", log.read(28))[2]


class Disk:
    def __init__(self, path):
        self.peer = socket.socket(socket.AF_UNIX)
        self.peer.connect(path)
        self.receive(18)
        self.peer.sendall(struct.pack(">IQII", 3, 0x49484156454F5054, 7, 6) + struct.pack(">IH", 0, 0))
        kind = 0
        while kind != 1:
            _, _, kind, size = struct.unpack(">QIII", self.receive(20))
            self.receive(size)

    def receive(self, size):
        data = b""
        while len(data) < size:
            data += self.peer.recv(size - len(data)) or sys.exit("the server has hung up")
        return data

    def request(self, command, at=0, data=b"", size=None):
        size = len(data) if size is None else size
        self.peer.sendall(struct.pack(">IHHQQI", 0x25609513, 0, command, 1, at, size) + (data if command == 1 else b""))
        return struct.unpack(">IIQ", self.receive(16))[1]


def write(path, log, notes, rounds):
    disk = Disk(path)
    with open(notes, "w") as out:
        for number in range(1, rounds + 1):
            for first, count in writes_of(number):
                data = b"".join(sector(s, number) for s in range(first, first + count))
                if disk.request(1, first * SECTOR, data):
                    sys.exit("write refused")
            if disk.request(3):
                sys.exit("flush refused")
            print(number, entry_count(log), file=out, flush=True)


def replay(log, before, after, cut, seed):
    rng = random.Random(seed)
    shutil.copyfile(before, after)
    kept = list(entries(log))[:cut]
    last_flush = max([i for i, e in enumerate(kept) if e[2] & FLUSH], default=-1)
    with open(after, "r+b") as out:
        for i, (where, length, flags, data) in enumerate(kept):
            if flags & FLUSH and not length:
                continue
            data = data or bytes(length)
            luck = 0 if i < last_flush else rng.randrange(3)
            for part in range(0, len(data), SECTOR):
                if luck == 0 or (luck == 1 and rng.randrange(2)):
                    out.seek(where + part)
                    out.write(data[part : part + SECTOR])


def verify(raw, notes, cut):
    safe, last = 0, 0
    for line in open(notes):
        number, count = map(int, line.split())
        last = number
        if count <= cut:
            safe = number
    least = [0] * SECTORS
    for number in range(1, safe + 1):
        for first, count in writes_of(number):
            least[first : first + count] = [number] * count
    may = [{0} for _ in range(SECTORS)]
    for number in range(1, last + 2):
        for first, count in writes_of(number):
            for s in range(first, first + count):
                may[s].add(number)
    data = open(raw, "rb").read()
    for s in range(SECTORS):
        got = data[s * SECTOR : (s + 1) * SECTOR]
        generation = struct.unpack("<I", got[4:8])[0]
        if got != sector(s, generation) and generation:
            sys.exit("sector %d is torn or strange" % s)
        if generation not in may[s] or generation < least[s]:
            sys.exit("sector %d has round %d, at least %d was safe" % (s, generation, least[s]))


if __name__ == "__main__":
    verb, rest = sys.argv[1], sys.argv[2:]
    if verb == "write":
        write(rest[0], rest[1], rest[2], int(rest[3]))
    elif verb == "count":
        print(entry_count(rest[0]))
    elif verb == "replay":
        replay(rest[0], rest[2], rest[3], int(rest[4]), int(rest[5]))
    elif verb == "verify":
        verify(rest[0], rest[1], int(rest[2]))
    elif verb == "flush":
        disk = Disk(rest[0])
        block = sector(1, 1) * 8
        print(*[disk.request(command, 4096, block, 4096 if command == 1 else 0) for command in (1, 3, 3, 1)])
