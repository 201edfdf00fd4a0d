#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# cowforge.py - change the headers of overlays as a hostile guest kernel would
#
# usage: cowforge.py layer OVERLAY TARGET [committing] [honest-times] [path=PATH]
#        cowforge.py v3 OVERLAY TARGET
#        cowforge.py id FILE TARGET HASHED | commit FILE OVERLAY
#
# layer makes the header of OVERLAY name TARGET as its raw base, with the size of TARGET and, with
# honest-times, its inode and dates. v3 makes a COW V3 overlay on TARGET with the right size and
# date. id forges an identity file that gives TARGET the hash in the header of HASHED, commit the
# note of an interrupted commit of OVERLAY. The script uses no code of cow/. t1050-disk-hostile.sh
# runs the script on the host.
import os, struct, sys

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


HEADERS, SIZE = (8192, 20480), 12288
what, overlay, target = sys.argv[1], sys.argv[2], os.path.abspath(sys.argv[3])
options = sys.argv[4:]


def read(path):
    with open(path, "rb") as file:
        return bytearray(file.read(32768))


def layer():
    stat = os.stat(target)
    seen = (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns)
    if "honest-times" not in options:
        seen = (1, 1, 1)
    path = target
    for option in options:
        if option.startswith("path="):
            path = option[5:].encode().decode("unicode_escape")
    data = read(overlay)
    for at in HEADERS:
        if data[at : at + 8] != b"UMLXdisk":
            continue
        header = data[at : at + SIZE]
        struct.pack_into("<IIQ", header, 256, 1, int("committing" in options), stat.st_size)
        struct.pack_into("<Qqq", header, 336, *seen)
        struct.pack_into("<Q", header, 80, (stat.st_size + 511) // 512 * 512)
        header[4096:8192] = bytes(4096)
        header[8192:12288] = os.fsencode(path).ljust(4096, b"\0")
        struct.pack_into("<I", header, 4092, 0)
        struct.pack_into("<I", header, 4092, crc32c(header))
        data[at : at + SIZE] = header
    with open(overlay, "r+b") as file:
        file.write(data)


def v3():
    stat = os.stat(target)
    fields = 0x4F4F4F4D, 3, int(stat.st_mtime), stat.st_size, 512, 4096, 0
    with open(overlay, "wb") as file:
        file.write(struct.pack(">IIIQIII", *fields) + os.fsencode(target).ljust(4096, b"\0"))
        file.truncate(65536 + stat.st_size)


def identity():
    stat = os.stat(target)
    hash = max(read(options[0])[at + 304 : at + 336] for at in HEADERS)
    fields = b"UMLXbase", 1, 0, stat.st_size, stat.st_ino, stat.st_mtime_ns, bytes(hash), 0
    data = struct.pack("<8sIIQQq32sI", *fields)
    with open(overlay, "wb") as file:
        file.write(data + struct.pack("<I", crc32c(data)))


def commit():
    data = read(target)
    uuid = next(data[at + 48 : at + 64] for at in HEADERS if data[at : at + 8] == b"UMLXdisk")
    note = b"UMLXcomm" + bytes(uuid) + bytes(4)
    with open(overlay, "wb") as file:
        file.write(note + struct.pack("<I", crc32c(note)))


{"layer": layer, "v3": v3, "id": identity, "commit": commit}[what]()
