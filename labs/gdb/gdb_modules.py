# SPDX-License-Identifier: GPL-2.0-only
#
# gdb_modules.py - load and unload the symbols of kernel modules together with the modules
#
# Loaded by umlab.py into gdb on the host. The files of modules are in kbuild's folder or in the
# folders that um-module-path and UMLAB_MODULES name. A breakpoint in a module that is not loaded
# yet stays pending; gdb can even stop in the module's init function.
import os
import subprocess
import tempfile

import gdb

import gdb_kernel as k

paths = [path for path in os.environ.get("UMLAB_MODULES", "").split(":") if path]
loaded = {}        # name -> (file, address of the module's text)
files = {}
placed = None      # folder of the copies that gdb reads


def files_scan():
    """Fills `files`: NAME -> file. The user's folders take precedence."""
    files.clear()
    objfile = next(o for o in gdb.objfiles() if o.lookup_global_symbol("um_irqs_pending"))
    build = os.path.dirname(os.path.realpath(objfile.filename))
    for path in [build] + paths[::-1]:
        order = os.path.join(path, "modules.order")
        if path == build and os.path.exists(order):
            with open(order, encoding="utf-8") as lines:
                names = [os.path.join(path, line.strip()[:-2] + ".ko") for line in lines]
        else:
            names = [os.path.join(folder, name) for folder, _, inside in os.walk(path)
                     for name in inside if name.endswith(".ko")]
        for name in names:
            files[os.path.basename(name)[:-3].replace("-", "_")] = name


def sections(module):
    attributes = module["sect_attrs"]
    for index in range(int(attributes["nsections"])):
        attribute = attributes["attrs"][index]
        yield attribute["battr"]["attr"]["name"].string(), int(attribute["address"])


def place(file, table):
    """Returns a copy of a module whose sections have the addresses at which they were loaded.

gdb can place sections itself, but then the debug data of all sections except .text is wrong if
one of them (usually .data) has an address in the file."""
    global placed
    placed = placed or tempfile.TemporaryDirectory(prefix="umlab-modules-")
    copy = os.path.join(placed.name, os.path.basename(file))
    moves = [word for name, address in table.items()
             for word in ("--change-section-address", "%s=%#x" % (name, address))]
    try:
        subprocess.run(["objcopy", *moves, file, copy], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        gdb.write("umlab: %s: line numbers may be wrong, as objcopy failed: %s\n" % (file, error))
        return file
    return copy


def forget(name):
    if name in loaded:
        try:
            gdb.execute("remove-symbol-file -a %#x" % loaded[name][1], to_string=True)
        except gdb.error:
            pass
        del loaded[name]


def load(module):
    name = module["name"].string()
    where = int(module["mem"][0]["base"])
    if name in loaded and loaded[name][1] == where:
        return
    forget(name)
    files_scan()
    if name not in files:
        gdb.write("umlab: module %s: no file found; name its folder with um-module-path DIR\n"
                  % name)
        return
    table = dict(sections(module))
    table = {section: address for section, address in table.items() if section.startswith(
        (".text", ".data", ".bss", ".rodata", ".init.text", ".exit.text"))}
    rest = "".join(" -s %s %#x" % item for item in table.items() if item[0] != ".text")
    start = table.get(".text", where)
    gdb.execute("add-symbol-file %s %#x%s" % (place(files[name], table), start, rest),
                to_string=True)
    loaded[name] = (files[name], start)


def load_all():
    there = set()
    for module in k.list_members(k.value("modules"), "struct module", "list"):
        if int(module["state"]) == 0:
            there.add(module["name"].string())
            load(module)
    for name in set(loaded) - there:
        forget(name)


def argument():
    """Returns the module that is the first argument of the function at whose entry gdb stopped."""
    return k.pointer(int(gdb.selected_frame().read_register("rdi")), "struct module")


class Coming(gdb.Breakpoint):
    """Stops when a module is complete and about to run its init function."""

    def __init__(self):
        super().__init__("*do_init_module", internal=True)
        self.silent = True

    def stop(self):
        load(argument())
        return False


class Going(gdb.Breakpoint):
    def __init__(self):
        super().__init__("*free_module", internal=True)
        self.silent = True

    def stop(self):
        forget(argument()["name"].string())
        return False


class ModulePath(gdb.Command):
    """um-module-path DIR...: search these folders for modules, load their symbols."""

    def __init__(self):
        super().__init__("um-module-path", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        paths.extend(os.path.abspath(os.path.expanduser(path))
                     for path in gdb.string_to_argv(argument))
        if gdb.selected_inferior().threads():
            load_all()


class Modules(gdb.Command):
    """um-modules: list the loaded modules and the files of their symbols."""

    def __init__(self):
        super().__init__("um-modules", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        load_all()
        for module in k.list_members(k.value("modules"), "struct module", "list"):
            name = module["name"].string()
            gdb.write("%-20s %#x %s\n" % (name, int(module["mem"][0]["base"]),
                                          loaded.get(name, ("-",))[0]))


_first = True


def on_first_stop(event):
    """Loads the symbols of modules that are loaded when gdb first stops the machine."""
    global _first
    if not _first:
        return
    _first = False
    try:
        load_all()
    except gdb.error:
        pass        # the list of modules does not exist yet, early in the boot


if hasattr(gdb, "Breakpoint"):
    Coming()
    Going()
ModulePath()
Modules()
gdb.events.stop.connect(on_first_stop)
