#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# logcrash.py - replay a recorded sequence of writes up to a power failure
#
#   logcrash.py write SOCKET LOG NOTES ROUNDS
#       Write rounds of sectors over NBD, and note how many log entries each flush had made safe.
#   logcrash.py count LOG
#       Print the number of entries.
#   logcrash.py replay LOG NOTES BEFORE AFTER CUT SEED
#       Copy BEFORE to AFTER with the writes that a power failure at entry CUT may keep.
#   logcrash.py verify RAW NOTES CUT
#       Fail unless the disk RAW holds what a power failure at entry CUT may leave.
#   logcrash.py flush SOCKET
#       Print the errors of a write, two flushes and another write.
#
# LOG is recorded by the blklogwrites driver of qemu in the format of dm-log-writes: a superblock,
# then a sector with a description and the data for each write. A power failure keeps all writes
# before the last flush and a random subset of the sectors of later writes. Each sector of the disk
# holds its number and the round that wrote it. NOTES has a line "round entries" for each flush that
# was acknowledged. t1020-disk-log.sh runs this program on the host.
import os, random, shutil, struct, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../peers"))
import nbdput

SECTOR, SECTORS, WRITES = 512, 8192, 6
FLUSH, DISCARD = 1, 4  # flags of log entries


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
            sys.exit("this is not a log of writes")
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


def write(path, log, notes, rounds):
    disk = nbdput.Export(path)
    with open(notes, "w") as out:
        for number in range(1, rounds + 1):
            for first, count in writes_of(number):
                data = b"".join(sector(s, number) for s in range(first, first + count))
                nbdput.must(disk.request(nbdput.WRITE, first * SECTOR, len(data), data))
            nbdput.must(disk.request(nbdput.FLUSH))
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
            sys.exit("sector %d is torn, or was never written like this" % s)
        if generation not in may[s] or generation < least[s]:
            sys.exit("sector %d has round %d, but round %d was flushed" % (s, generation, least[s]))


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
        disk, block = nbdput.Export(rest[0]), sector(1, 1) * 8
        requests = [(nbdput.WRITE, 4096, 4096, block), (nbdput.FLUSH,)]
        print(*[disk.request(*requests[i])[0] for i in (0, 1, 1, 0)])
