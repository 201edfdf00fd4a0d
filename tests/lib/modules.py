#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# modules.py - find which module uses which, from the symbols of the objects of a build
"""usage: modules.py [--build DIR] cycles|headers|rooms|exits

cycles   modules that use each other, directly or through others
headers  .c files that others use but that have no header named after them
rooms    symbols that one room takes from a room above it (ROOMS below)
exits    files that call exit() although their room must not end the program (MAY_EXIT below)

A module is a .c file. Files that include the same <name>_internal.h are one module, <name>.
Each line of output is one offence; the status is 1 if there is any.
tests/t/t0110-rooms.sh runs all of them. Needs nm, and objects of a finished `make`.
"""
import argparse
import collections
import os
import re
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))

# Where the objects of a source folder lie below the build folder.
OBJECTS = {
    "arch-um": "kernel/arch/um",
    "drivers-ubd": "kernel/drivers-ubd",
    "cow": "cow",
    "slirp-glue": "slirp-glue",
    "labs": "labs/obj",
}

# Each room may use the rooms before it. Rooms in one tuple are equals and may not use each other.
ROOMS = {
    "labs": ["base", "link", "image", "machine", "lab", "check", "cli"],
    "slirp-glue": ["common", ("switch", "uplink"), "cli"],
    "cow": ["lib", "posix", "tool"],
    "drivers-ubd": ["worker", "kernel"],
}

# Only these rooms may end the program.
MAY_EXIT = {"labs": {"cli", "guest"}, "slirp-glue": {"cli"}, "cow": {"tool"}}
# Not _exit(), which ends a forked child, and not abort(), which reports a broken invariant.
EXITS = {"exit", "quick_exit", "err", "errx", "verr", "verrx", "error"}


def git_files(*folders):
    """Return the files that git tracks or would add."""
    return subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard", *folders],
                          capture_output=True, text=True, check=True).stdout.split()


def sources():
    """Return the .c files of the product that git tracks or would add."""
    listed = git_files(*OBJECTS)
    return [name for name in listed
            if name.endswith(".c") and os.path.exists(os.path.join(TOP, name))]


def object_of(build, source):
    top, rest = source.split("/", 1)
    return os.path.join(build, OBJECTS[top], rest[:-2] + ".o")


def symbols(path):
    """Return the global symbols that an object defines, and those that it needs."""
    defined, wanted = set(), set()
    listing = subprocess.run(["nm", "-g", path], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        kind, name = line.split()[-2:]
        (wanted if kind in "Uwv" else defined).add(name)
    return defined, wanted


def module_of(source):
    """Return the module of a file: <name> if it includes <name>_internal.h, else the file."""
    with open(os.path.join(TOP, source), encoding="utf-8") as file:
        inner = re.findall(r'^#include "(?:[^"]*/)?(\w+)_internal\.h"', file.read(), re.M)
    stem = os.path.basename(source)[:-2]
    for name in inner:
        if stem == name or stem.startswith(name + "_"):
            return os.path.join(os.path.dirname(source), name)
    return source[:-2]


class Tree:
    def __init__(self, build):
        self.symbols, self.missing = {}, []
        for source in sources():
            path = object_of(build, source)
            if os.path.exists(path):
                self.symbols[source] = symbols(path)
        # Look up names within one program only: another program may define the same name.
        self.owner = collections.defaultdict(dict)
        for source, (defined, _) in self.symbols.items():
            for name in defined:
                self.owner[self.image(source)].setdefault(name, source)

    @staticmethod
    def image(source):
        """Return the program of a source; the sources of a program share one name space."""
        top = source.split("/", 1)[0]
        return "kernel" if top in ("arch-um", "drivers-ubd") else top

    def uses(self):
        """Yield (user, name, definer) for each symbol that one source uses from another."""
        for source, (_, wanted) in self.symbols.items():
            for name in sorted(wanted):
                definer = self.owner[self.image(source)].get(name)
                if definer and definer != source:
                    yield source, name, definer


def strong_components(graph):
    """Return the groups of nodes that reach each other (Tarjan's algorithm)."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on_stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while True:
                member = stack.pop()
                on_stack.discard(member)
                group.append(member)
                if member == node:
                    break
            found.append(sorted(group))

    sys.setrecursionlimit(10000)
    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def cycles(tree):
    graph, reasons = collections.defaultdict(set), collections.defaultdict(set)
    for source, name, definer in tree.uses():
        user, used = module_of(source), module_of(definer)
        # um/host.h and um/upcall.h are a contract of two worlds: calls cross in both directions.
        if source.startswith("arch-um/host/") != definer.startswith("arch-um/host/"):
            continue
        if user != used:
            graph[user].add(used)
            reasons[user, used].add(name)
    for group in strong_components(graph):
        if len(group) > 1:
            pairs = [f"{os.path.basename(a)} -> {os.path.basename(b)} "
                     f"({', '.join(sorted(reasons[a, b])[:3])})"
                     for a in group for b in group if b in graph[a]]
            yield f"{' '.join(group)}: {'; '.join(pairs)}"


def headers(tree):
    used = {definer for _, _, definer in tree.uses()}
    for source in sorted(used):
        stem = os.path.basename(source)[:-2]
        with open(os.path.join(TOP, source), encoding="utf-8") as file:
            first = re.findall(r'^#include ["<]([^">]+)[">]', file.read(), re.M)
        names = {os.path.basename(name) for name in first}
        module = os.path.basename(module_of(source))
        own = {stem + ".h", "um_" + stem + ".h", module + ".h", module + "_internal.h"}
        # A file that implements a contract header needs no header of its own.
        contract = (source.startswith("arch-um/host/") and {"host.h", "upcall.h"} & names or
                    source.startswith("arch-um/") and "upcall.h" in names or
                    source.startswith("drivers-ubd/worker/") and "ubd_worker.h" in names)
        if not (own & names) and not contract:
            yield source


def rank(top, source):
    room = source.split("/")[1]
    for number, entry in enumerate(ROOMS[top]):
        if room == entry or (isinstance(entry, tuple) and room in entry):
            return number
    return None


def rooms(tree):
    for source, name, definer in tree.uses():
        top = source.split("/", 1)[0]
        if top not in ROOMS or definer.split("/", 1)[0] != top:
            continue
        here, there = rank(top, source), rank(top, definer)
        same_room = source.split("/")[1] == definer.split("/")[1]
        if here is None or there is None:
            continue
        if there > here or (there == here and not same_room):
            yield f"{source} uses {name}() of {definer}"


def exits(tree):
    for source, (defined, wanted) in sorted(tree.symbols.items()):
        top, room = source.split("/")[:2]
        # A file with a main() is a program by itself.
        if top in MAY_EXIT and room not in MAY_EXIT[top] and "main" not in defined:
            for name in sorted(wanted & EXITS):
                yield f"{source} calls {name}()"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    build = os.environ.get("UMLAB_BUILD", os.path.join(TOP, "build"))
    parser.add_argument("--build", default=build)
    parser.add_argument("what", choices=["cycles", "headers", "rooms", "exits"])
    args = parser.parse_args()
    offences = list(globals()[args.what](Tree(args.build)))
    print(*offences, sep="\n", end="\n" if offences else "")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
