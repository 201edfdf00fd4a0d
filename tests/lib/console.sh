# SPDX-License-Identifier: GPL-2.0-only
# console.sh - drive a guest at a terminal: type, wait for an answer, claim
#
# Sourced after guest.sh, for example by t3050-terminal.sh. The head of typist.c describes the
# actions.

TYPIST=$BUILD/tests/typist
IMAGE=${UMLAB_IMAGE:-$BUILD/images/debian-12.img}

# at_console COMMAND...: run a command at a terminal and carry out the actions on standard input.
# The claims among the actions count as claims of this script.
at_console() {
	cat > "$SCRATCH/actions"
	"$TYPIST" -l "$SCRATCH/console.log" "$SCRATCH/actions" "$@" > "$SCRATCH/console.tap" 2>&1
	relay "$SCRATCH/console.tap"
}

# guest_at_console OPTION...: call at_console with a guest, which runs without root's privileges.
guest_at_console() {
	# shellcheck disable=SC2086
	at_console "${USER_PREFIX[@]}" "$LINUX" "$@" ${UMLAB_KERNEL_ARGS:-}
}

need_image() {
	need_kernel
	[ -r "$IMAGE" ] || skip_all "no Debian image at $IMAGE (make image)"
}

# private_image FILE: copy the image, so that a guest may write to it. The copy is sparse and shares
# blocks with the original where the file system supports it.
private_image() {
	cp --sparse=always --reflink=auto "$IMAGE" "$1" && chmod 666 "$1"
}
