/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stub_setup.h - declare the entries of the code that starts guest processes (seccomp engine)
 *
 * The code runs inside guest processes, in the copy of the stub at UM_STUB_CODE. The kernel process
 * uses only the addresses (seccomp_zygote.c).
 */
#ifndef UM_STUB_SETUP_H
#define UM_STUB_SETUP_H

/* stub_setup_zygote - run the zygote, on the stack at UM_STUB_STACK. */
void stub_setup_zygote(void) __attribute__((noreturn));

/* stub_setup_guest - start a guest thread; called by stub_clone_guest (stub_seccomp.S). */
void stub_setup_guest(void) __attribute__((noreturn));

#endif /* UM_STUB_SETUP_H */
