/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How AWS is reached: regions, endpoints, proxy, certificate authorities. For plan.c. */
#ifndef LUKS_SSM_CREDS_PLAN_ROUTE_H
#define LUKS_SSM_CREDS_PLAN_ROUTE_H

#include "creds/plan.h"

/* STATUS_BAD_PROFILE: no mode of metadata. STATUS_UNTRUSTED: the CA bundle is not one.
 * STATUS_NO_MEMORY. */
must_use enum status plan_route_choose(struct plan *plan, struct reason *reason);

#endif
