# SPDX-License-Identifier: GPL-2.0-only
# console.sh - drives a guest at a terminal: type, wait for an answer, claim
#
# Sourced after guest.sh. The actions are described at the head of typist.c.

TYPIST=$BUILD/tests/typist
IMAGE=${UMLAB_IMAGE:-$BUILD/images/debian-12.img}

# at_console COMMAND...: obeys the actions on standard input; their claims are ours.
at_console() {
	cat > "$SCRATCH/actions"
	"$TYPIST" -l "$SCRATCH/console.log" "$SCRATCH/actions" "$@" > "$SCRATCH/console.tap" 2>&1
	relay "$SCRATCH/console.tap"
}

# guest_at_console OPTION...: a guest at that terminal, without root's powers.
guest_at_console() {
	# shellcheck disable=SC2086
	at_console "${USER_PREFIX[@]}" "$LINUX" "$@" ${UMLAB_KERNEL_ARGS:-}
}

need_image() {
	need_kernel
	[ -r "$IMAGE" ] || skip_all "no Debian image at $IMAGE (make image)"
}

# private_image FILE: a copy of the image that a guest may write; sparse, shares blocks where the file system can.
private_image() {
	cp --sparse=always --reflink=auto "$IMAGE" "$1" && chmod 666 "$1"
}
