#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# tarforge.py - make the archives of a hostile tar in a guest: tarforge.py FOLDER
#
# Each archive FOLDER/KIND pretends to contain the folder "wanted" and attacks the host in one way.
# t8210-copies.sh runs the script on the host.
import io, os, sys, tarfile

folder = sys.argv[1]
os.makedirs(folder)


def write(kind, *entries, name="wanted"):
    with tarfile.open(os.path.join(folder, kind), "w", format=tarfile.GNU_FORMAT) as archive:
        top = tarfile.TarInfo(name)
        top.type, top.mode = tarfile.DIRTYPE, 0o755
        for entry in (top, *entries):
            archive.addfile(entry, io.BytesIO(b"evil\n" * (entry.size // 5)))


def entry(name, kind=tarfile.REGTYPE, link="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    info.size = 5 if kind == tarfile.REGTYPE else 0
    info.devmajor, info.devminor = 1, 3
    return info


ok = entry("wanted/file")
write("absolute", ok, entry("/tmp/umlab-evil"))
write("up", ok, entry("wanted/../../.bashrc"))
write("neighbour", ok, entry(".bashrc"), entry(".ssh", tarfile.DIRTYPE),
      entry(".ssh/authorized_keys"))
write("through-link", entry("wanted/l", tarfile.SYMTYPE, ".."), entry("wanted/l/.bashrc"))
write("through-absolute", entry("wanted/l", tarfile.SYMTYPE, os.getcwd()),
      entry("wanted/l/.bashrc"))
write("through-folder", entry("wanted", tarfile.SYMTYPE, "."), entry("wanted/.bashrc"))
write("hard-link", entry("wanted/h", tarfile.LNKTYPE, "../victim"))
write("hard-link-absolute", entry("wanted/h", tarfile.LNKTYPE, os.path.abspath("victim")))
write("escapes", entry("wanted/\033]0;evil\007"))
write("links", ok, entry("wanted/out", tarfile.SYMTYPE, "../../victim"),
      entry("wanted/abs", tarfile.SYMTYPE, "/etc/passwd"),
      entry("wanted/in", tarfile.SYMTYPE, "file"))
write("special", ok, entry("wanted/null", tarfile.CHRTYPE), entry("wanted/disk", tarfile.BLKTYPE),
      entry("wanted/fifo", tarfile.FIFOTYPE), entry("wanted/suid", mode=0o6755))
huge = entry("wanted/huge")
huge.size = 1 << 45
with open(os.path.join(folder, "huge"), "wb") as out:
    out.write(open(os.path.join(folder, "links"), "rb").read(512) + huge.tobuf())
with open(os.path.join(folder, "truncated"), "wb") as out:
    out.write(open(os.path.join(folder, "links"), "rb").read(1800))
open(os.path.join(folder, "empty"), "wb").close()
with open(os.path.join(folder, "noise"), "wb") as out:
    out.write(bytes(range(256)) * 40)
