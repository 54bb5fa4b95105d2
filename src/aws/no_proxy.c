/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names by suffix, addresses by bits. */
#include "aws/no_proxy.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS ", \t\r\n"
#define NAME_BYTES 256
#define HTTPS_PORT "443"

/* A host with or without a port; brackets of an IPv6 address are taken off. */
struct place {
	char name[NAME_BYTES];
	char port[8]; /* "" when none is named */
};

struct address {
	int family; /* AF_INET, AF_INET6, 0 for a name */
	unsigned char bytes[sizeof(struct in6_addr)];
};

static bool
text_cut(char *copy, size_t room_bytes, const char *text, size_t length_bytes)
{
	if (length_bytes == 0 || length_bytes >= room_bytes)
		return false;
	memcpy(copy, text, length_bytes);
	copy[length_bytes] = '\0';
	return true;
}

/* More than one colon and no bracket is an IPv6 address without a port. */
static bool
place_take(const char *text, size_t length_bytes, struct place *place)
{
	char whole[NAME_BYTES];

	*place = (struct place){0};
	if (!text_cut(whole, sizeof(whole), text, length_bytes))
		return false;

	const char *begin = whole[0] == '[' ? whole + 1 : whole;
	const char *end = whole[0] == '[' ? strchr(whole, ']') : strchr(whole, ':');

	if (whole[0] == '[' && end == NULL)
		return false;
	if (whole[0] != '[' && end != NULL && strchr(end + 1, ':') != NULL)
		end = NULL;

	const char *colon = end != NULL ? strchr(end, ':') : NULL;
	size_t name_bytes = end != NULL ? (size_t)(end - begin) : strlen(begin);

	if (colon != NULL &&
		!text_cut(place->port, sizeof(place->port), colon + 1, strlen(colon + 1)))
		return false;
	return text_cut(place->name, sizeof(place->name), begin, name_bytes);
}

static struct address
address_take(const char *text)
{
	struct address address = {0};

	if (inet_pton(AF_INET, text, address.bytes) == 1)
		address.family = AF_INET;
	else if (inet_pton(AF_INET6, text, address.bytes) == 1)
		address.family = AF_INET6;
	return address;
}

/* Whether the first BITS of both are the same. */
static bool
address_is_within(const struct address *address, const struct address *network, unsigned long bits)
{
	size_t whole = bits / 8;
	unsigned char mask = (unsigned char)(0xff00u >> (bits % 8));

	if (address->family != network->family || address->family == 0 ||
		bits > (address->family == AF_INET ? 32 : 128))
		return false;
	if (memcmp(address->bytes, network->bytes, whole) != 0)
		return false;
	return bits % 8 == 0 || ((address->bytes[whole] ^ network->bytes[whole]) & mask) == 0;
}

static bool
network_covers(const char *entry, const char *slash, const char *name)
{
	char text[NAME_BYTES], *end = NULL;
	unsigned long bits = strtoul(slash + 1, &end, 10);

	if (slash[1] < '0' || slash[1] > '9' || *end != '\0' ||
		!text_cut(text, sizeof(text), entry, (size_t)(slash - entry)))
		return false;

	const struct address address = address_take(name), network = address_take(text);

	return address_is_within(&address, &network, bits);
}

static bool
name_covers(const char *entry, const char *name)
{
	const struct address wanted = address_take(name), given = address_take(entry);
	size_t name_bytes = strlen(name), entry_bytes = 0;

	if (wanted.family != 0)
		return address_is_within(&wanted, &given, wanted.family == AF_INET ? 32 : 128);
	if (strncmp(entry, "*.", 2) == 0)
		entry++;
	entry += strspn(entry, ".");
	entry_bytes = strlen(entry);
	if (entry_bytes == 0 || entry_bytes > name_bytes ||
		strcasecmp(name + name_bytes - entry_bytes, entry) != 0)
		return false;
	return entry_bytes == name_bytes || name[name_bytes - entry_bytes - 1] == '.';
}

static bool
entry_covers(const char *text, size_t length_bytes, const struct place *host)
{
	char whole[NAME_BYTES];
	struct place place;

	if (!text_cut(whole, sizeof(whole), text, length_bytes))
		return false;
	if (strcmp(whole, "*") == 0)
		return true;
	if (strchr(whole, '/') != NULL)
		return network_covers(whole, strchr(whole, '/'), host->name);
	if (!place_take(text, length_bytes, &place))
		return false;
	if (place.port[0] != '\0' &&
		strcmp(place.port, host->port[0] != '\0' ? host->port : HTTPS_PORT) != 0)
		return false;
	return name_covers(place.name, host->name);
}

bool
no_proxy_covers(const char *list, const char *host)
{
	struct place place;

	if (list == NULL || !place_take(host, strlen(host), &place))
		return false;
	for (list += strspn(list, SEPARATORS); *list != '\0'; list += strspn(list, SEPARATORS)) {
		size_t length_bytes = strcspn(list, SEPARATORS);

		if (entry_covers(list, length_bytes, &place))
			return true;
		list += length_bytes;
	}
	return false;
}
