/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a key comes into Parameter Store and a device into being, in an order that can be cut off
 * anywhere: the key is stored and read back before anything is written to the device, under a
 * description that names the LUKS UUID, the device and the node; the next run knows it by that and
 * goes on.
 */
#ifndef LUKS_SSM_CLI_PROVISION_H
#define LUKS_SSM_CLI_PROVISION_H

#include <limits.h>

#include "cli/command.h"
#include "volume/key_fetch.h"
#include "volume/luks_make.h"

/* Bounds of AWS Systems Manager API reference, PutParameter, Description. */
#define DESCRIPTION_BYTES 1024

struct provision {
	const struct command_call *call; /* lent */
	char path[PATH_MAX];             /* of the device, or of an image file */
	bool is_file;
	char uuid[UUID_TEXT_BYTES]; /* what the device has or gets */
	struct fetched_key key;     /* owned; as it was read back */
	struct fetched_key stored;  /* version and region of what was stored; never a key */
	enum luks_stretch stretch;
	bool uuid_of_device; /* it was there before this run, and is not for the choosing */
	bool was_stored;     /* by an earlier run: this one goes on with it */
};

#define owned_provision owned_by(provision_end) struct provision

/*
 * What a command that stores a key needs and does not take. STATUS_MISSING_PARAMETER:
 * ssm_parameter. STATUS_BAD_PARAMETER: that of a new parameter names a version, or the header lies
 * elsewhere; what writes to such a one is the tool's ACTION, for the reason.
 */
must_use enum status
provision_check_options(const struct command_call *call, const char *action, struct reason *reason);

/* Path and kind of the device, or file, that WHERE names. STATUS_NO_DEVICE, STATUS_BAD_PARAMETER.
 */
must_use enum status provision_find_device(const struct command_call *call, const char *where,
	struct provision *ret_provision, struct reason *reason);

/*
 * That no resource of Pacemaker manages the device that is to be written: the other nodes may have
 * it open, which nobody sees here. What counts is the device itself and the LUKS UUID that it has
 * (FOUND_UUID, "": none) or is to get; a name or a directory may well be taken over by a new disk.
 * The statuses of cluster_claim_check; STATUS_OK with --despite-cluster and for a file.
 */
must_use enum status provision_check_cluster(const struct provision *provision,
	const char *found_uuid, struct reason *reason);

/* A new random UUID (RFC 4122, version 4). STATUS_INTERNAL: the kernel gives no randomness. */
must_use enum status uuid_make(char ret_uuid[static UUID_TEXT_BYTES], struct reason *reason);

/* BYTES random bytes in hexadecimal. STATUS_INTERNAL, STATUS_NO_MEMORY. */
must_use enum status key_make(size_t bytes, struct secret *ret_key, struct reason *reason);

/*
 * The key: with --use-existing fetched, else made, stored and read back, by the version that the
 * store gave it. Where the parameter exists it is taken only when its description is that of an
 * earlier run for this device on this node; provision->uuid is then that run's.
 * STATUS_PARAMETER_EXISTS otherwise, and when another version has come since; the statuses of
 * store_put and key_fetch; STATUS_WRONG_KEY when what is read back is not what was stored.
 */
must_use enum status
provision_key(struct provision *provision, const char *purpose, struct reason *reason);

/* The LUKS UUID that an earlier run's description names for this device and node; false: it is
 * none of this command. */
bool description_is_ours(const struct provision *provision, const char *purpose,
	const char *description, char ret_uuid[static UUID_TEXT_BYTES]);

/* Whether an earlier run of PURPOSE stored a key for this device and UUID. Asks AWS. */
must_use enum status provision_was_begun(struct provision *provision, const char *purpose,
	bool *ret_begun, struct reason *reason);

/*
 * That a copy of the header, judged, is opened by KEY; nothing is written. The statuses of
 * luks_judge and luks_try_key.
 */
must_use enum status provision_try_key(const struct provision *provision, const struct secret *key,
	struct reason *reason);

/* The same for the key of this run, as the step that it is. */
must_use enum status provision_prove(struct provision *provision, struct reason *reason);

/* What is to be known of the reader's policy that is printed for the volume, as "note". */
void provision_tell_note(const struct provision *provision, struct json_object *root);

/* What is to be known of the reader's policy that is printed for the volume, as "note". */
void provision_tell_note(const struct provision *provision, struct json_object *root);

void provision_end(struct provision *provision);

#endif
