/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stub_filter.h - make the seccomp filters of the threads of a guest process
 *
 * For seccomp_zygote.c.
 */
#ifndef UM_HOST_STUB_FILTER_H
#define UM_HOST_STUB_FILTER_H

#include <um/stub.h>

/*
 * host_stub_filters - write both filter programs into @consts, whose descriptors must be set. The
 * addresses in @consts are those of a guest process, where @consts is at UM_STUB_CONSTS.
 */
void host_stub_filters(struct stub_consts *consts);

#endif /* UM_HOST_STUB_FILTER_H */
