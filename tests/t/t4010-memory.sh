#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t4010-memory.sh - test memory inside a guest: mappings, sharing, large amounts, large pages
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics mappings sharing largepages usercopy bigmem devmem
done_testing
