# SPDX-License-Identifier: GPL-2.0-only
# program.mk - sources of the command-line parser, for the makefiles of all programs that use it
#
# The sources need -Ilabs; main() of the program needs -DUMLAB_VERSION='"$(VERSION)"'.

PROGRAM_SOURCES := $(addprefix labs/base/,program.c verb.c verb_help.c verb_complete.c tell.c txt.c)
