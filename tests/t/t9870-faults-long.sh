#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9870-faults-long.sh - t8070-faults.sh with more rounds
# time limit: 1800
#
# ROUNDS=N: number of rounds (default 40).
export ROUNDS=${ROUNDS:-40}
exec bash "$(dirname "$0")/t8070-faults.sh"
