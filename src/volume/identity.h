/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which mapping is ours, which one is a stranger's, and when that cannot be told. Used by view.c
 * alone; reads sysfs for the walk up from the configured device, and only when no LUKS UUID is
 * known.
 */
#ifndef LUKS_SSM_VOLUME_IDENTITY_H
#define LUKS_SSM_VOLUME_IDENTITY_H

#include <stdbool.h>

#include "volume/view.h"

/*
 * Sets ours, ours_count and stranger from view->devices. KNOWN_UUID is the pin or the record's, ""
 * for none. Returns false when a LUKS mapping has our name and can be shown neither ours nor
 * foreign; view->reason says why.
 */
bool identity_decide(const struct wanted *wanted, const char *known_uuid, struct view *view);

#endif
