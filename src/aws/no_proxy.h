/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of hosts that are reached without the proxy, as NO_PROXY carries it. One meaning for
 * every version of libcurl. For proxy.c.
 */
#ifndef LUKS_SSM_AWS_NO_PROXY_H
#define LUKS_SSM_AWS_NO_PROXY_H

#include <stdbool.h>

/*
 * Whether LIST, of entries separated by commas or blanks, covers HOST ("name", "name:port",
 * "[IPv6]:port", as the Host header carries it). An entry is "*", a name that covers itself and
 * everything below it (a dot or "*." in front changes nothing), an address, or a network such as
 * 10.0.0.0/8; with ":port" it covers that port alone, 443 where HOST names none.
 */
bool no_proxy_covers(const char *list, const char *host);

#endif
