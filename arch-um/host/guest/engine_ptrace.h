/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine_ptrace.h - declare the engine that traces its guest processes
 */
#ifndef UM_HOST_ENGINE_PTRACE_H
#define UM_HOST_ENGINE_PTRACE_H

#include "guest/engine.h"

extern const struct engine_ops engine_ptrace;

#endif /* UM_HOST_ENGINE_PTRACE_H */
