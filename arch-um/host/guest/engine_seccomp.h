/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine_seccomp.h - declare the engine that hands over to guest processes through shared memory
 */
#ifndef UM_HOST_ENGINE_SECCOMP_H
#define UM_HOST_ENGINE_SECCOMP_H

#include "guest/engine.h"

extern const struct engine_ops engine_seccomp;

#endif /* UM_HOST_ENGINE_SECCOMP_H */
