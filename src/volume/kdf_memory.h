/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a key derivation could get now without the kernel having to kill for it. Reads
 * /proc and cgroup files. */
#ifndef LUKS_SSM_VOLUME_KDF_MEMORY_H
#define LUKS_SSM_VOLUME_KDF_MEMORY_H

#include <stdint.h>

/* In KiB: MemAvailable, or what is left below this process's cgroup limits when that is less.
 * UINT64_MAX: cannot be told. */
uint64_t kdf_memory_free_kib(void);

#endif
