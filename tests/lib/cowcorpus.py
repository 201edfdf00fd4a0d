#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# cowcorpus.py - make COW files of all old versions: cowcorpus.py FOLDER BASE
#
# The files good-* are V1, V2, V3 and the 64-bit V3 from before 2006. In each, one block of 4 KiB
# differs from BASE, and the disk has the content of the file `want`. The files bad-* have one fault
# each. The script follows the description of the formats and uses no code of cow/, so the files
# test that code. t6020-overlays.sh runs the script on the host.
import os, struct, sys

folder, base = sys.argv[1], os.path.realpath(sys.argv[2])
os.makedirs(folder)
content = bytearray(open(base, "rb").read())
size, mtime = len(content), int(os.stat(base).st_mtime)
block = bytes(range(256)) * 16
content[8192:12288] = block
open(folder + "/want", "wb").write(content)


def up(value, unit):
    return (value + unit - 1) // unit * unit


def path(length):
    return os.fsencode(base).ljust(length, b"\0")


def v1(**_):
    return struct.pack("<II256sIQI", 0x4F4F4F4D, 1, path(256), mtime, size, 512), 280, 512


def v2(**_):
    return struct.pack(">II4096sIQI", 0x4F4F4F4D, 2, path(4096), mtime, size, 512), 4120, 512


def v3(align=4096, sector=512, cow_format=0, version=3, size=size, name=None, **_):
    fields = 0x4F4F4F4D, version, mtime & 0xFFFFFFFF, size, sector, align, cow_format
    head = struct.pack(">IIIQIII", *fields)
    return head + (name or path(4096)), up(4128, align or 1), align


def broken(**_):
    head = struct.pack(">IIIIQIII", 0x4F4F4F4D, 3, mtime, 0, size, 512, 4096, 0)
    return head + path(4096) + b"\0" * 4, up(4136, 4096), 4096


def write(name, made, cut=None, data=True):
    head, bitmap, align = made
    sectors = size // 512
    length = (sectors + 7) // 8
    where = up(bitmap + length, align or 1)
    bits = bytearray(length)
    for sector in range(16, 24):
        bits[sector // 8] |= 1 << sector % 8
    with open(folder + "/" + name, "wb") as out:
        out.write(head)
        out.seek(bitmap)
        out.write(bits)
        if data:
            out.seek(where + 8192)
            out.write(block)
            out.truncate(where + size)
        if cut is not None:
            out.truncate(cut)


write("good-v1", v1())
write("good-v2", v2())
write("good-v3", v3())
write("good-v3-align-512", v3(align=512))
write("good-v3-broken", broken())
write("bad-version-4", v3(version=4))
write("bad-version-0", v3(version=0))
write("bad-format-1", v3(cow_format=1))
write("bad-align-0", v3(align=0))
write("bad-align-odd", v3(align=12345))
write("bad-sector-0", v3(sector=0))
write("bad-sector-huge", v3(sector=0x80000000))
write("bad-size-0", v3(size=0))
write("bad-size-huge", v3(size=1 << 62))
write("bad-size-other", v3(size=size + 512))
write("bad-path-endless", v3(name=b"x" * 4096))
write("bad-path-missing", v3(name=b"/nowhere/at/all".ljust(4096, b"\0")))
write("bad-path-empty", v3(name=b"\0\0\0\0x".ljust(4096, b"\0")))
write("bad-cut-header", v3(), cut=1000)
write("bad-cut-bitmap", v3(), cut=5000)
write("bad-cut-data", v3(), data=False)
mtime -= 5
write("bad-date", v3())
mtime += 5
