/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The current key first, then as many older versions as previous_versions allows, each in its turn.
 */
#include "volume/unlock.h"

#include "base/log.h"
#include "base/wire.h"
#include "volume/key_fetch.h"

struct unlock {
	const struct params *params;
	const struct doer *doer;
	unlock_try *try;
	void *context;
};

/* The fetch goes on without what this host does not give, and says so each time. */
static void
jail_gaps_tell(unsigned int gaps)
{
	if (gaps == 0)
		return;
	log_warning("luks-ssm-aws ran without%s%s%s: this kernel or container does not give it",
		gaps & WIRE_GAP_LOCK ? " [all of its memory locked]" : "",
		gaps & WIRE_GAP_LANDLOCK ? " [Landlock]" : "",
		gaps & WIRE_GAP_FILTER ? " [its system call filter]" : "");
}

/* One version, fetched and tried. */
static enum status
version_try(const struct unlock *unlock, const struct fetched_key *current, unsigned int older,
	struct fetched_key *ret_key, struct reason *reason)
{
	phase_enter(unlock->doer, PHASE_FETCHING_KEY);

	enum status status = key_fetch(unlock->params, current, older, unlock->doer->deadline,
		ret_key, reason);

	if (status != STATUS_OK)
		return status;
	if (ret_key->warning[0] != '\0')
		log_warning("%s", ret_key->warning);
	jail_gaps_tell(ret_key->jail_gaps);
	phase_enter(unlock->doer, PHASE_UNLOCKING);
	return unlock->try(unlock->context, &ret_key->key, reason);
}

/* An older version that the service does not have is the end of the search; any other trouble is
 * worth its own reason. */
static enum status
older_try(const struct unlock *unlock, const struct fetched_key *current, unsigned int *ret_tried,
	struct reason *reason)
{
	unsigned int version = current->version;
	enum status status = STATUS_WRONG_KEY;

	for (unsigned int older = 1; status == STATUS_WRONG_KEY && older < version; older++) {
		owned_fetched_key key = {0};

		if (older > unlock->params->previous_versions)
			break;
		reason_clear(reason);
		status = version_try(unlock, current, older, &key, reason);
		if (status == STATUS_NO_PARAMETER)
			return STATUS_WRONG_KEY;
		*ret_tried = older;
		if (status == STATUS_OK)
			log_warning(
				"version %u of %s opens the device, the current version %u does not; "
				"store the right key anew",
				version - older, unlock->params->ssm_parameter, version);
	}
	return status;
}

enum status
unlock_with_key(const struct params *params, const struct doer *doer, unlock_try *try,
	void *context, struct reason *reason)
{
	const struct unlock unlock = {.params = params,
		.doer = doer,
		.try = try,
		.context = context};
	owned_fetched_key key = {0};
	struct reason first = {0};
	unsigned int tried = 0;
	enum status status = version_try(&unlock, NULL, 0, &key, &first);

	if (status == STATUS_WRONG_KEY && key.has_older) {
		status = older_try(&unlock, &key, &tried, &first);
	}
	if (status == STATUS_OK)
		return STATUS_OK;
	if (status != STATUS_WRONG_KEY) {
		if (reason != NULL && reason->text[0] == '\0')
			*reason = first;
		return status;
	}
	return reason_set(reason, STATUS_WRONG_KEY, "%.60s%s%s opens no keyslot; %s",
		params->ssm_parameter, tried > 0 ? ", nor an older version," : "",
		key.version != 0 ? " (current version read)" : "",
		key.has_backslash
			? "it has a backslash, which a shell's echo may have changed"
			: "store the right key, or raise previous_versions if it was rotated");
}
