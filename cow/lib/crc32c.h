/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crc32c.h - compute the Castagnoli CRC, which protects headers and maps
 */
#ifndef COW_CRC32C_H
#define COW_CRC32C_H

#include "cow_types.h"

/* cow_crc32c - compute the CRC of @size bytes. @crc: 0, or the CRC of the bytes before @data. */
uint32_t cow_crc32c(uint32_t crc, const void *data, size_t size);

#endif /* COW_CRC32C_H */
