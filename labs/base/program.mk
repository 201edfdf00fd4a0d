# SPDX-License-Identifier: GPL-2.0-only
# program.mk - list the sources of the command-line parser, for the makefiles of its programs
#
# The sources need -Ilabs. The file with the program's main() needs
# -DUMLAB_VERSION='"$(VERSION)"'.

PROGRAM_SOURCES := $(addprefix labs/base/,program.c verb.c verb_help.c verb_complete.c tell.c \
	clean.c txt.c)
