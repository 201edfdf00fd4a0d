// SPDX-License-Identifier: GPL-2.0-only
/*
 * nocover.c - ignore the compiler's reports of code coverage, for unit tests
 *
 * The objects that unit tests share with the fuzz targets report each edge that they pass. Only the
 * driver of the fuzz targets (tests/fuzz/driver.c) has a use for that.
 */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
}
