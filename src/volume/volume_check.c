/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validate-all's look at the node: start's own checks, on copies and in children, with nothing
 * opened, locked or written. Whatever reads a disk is bounded. The only trace is a filesystem's
 * module, if the kernel loads it to be asked.
 */
#include "volume/volume_check.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "volume/bounded.h"
#include "volume/clock_check.h"
#include "volume/conflicts.h"
#include "volume/device_wait.h"
#include "volume/filesystem.h"
#include "volume/fsck.h"
#include "volume/header.h"
#include "volume/inside_check.h"
#include "volume/kdf_memory.h"
#include "volume/kernel_module.h"
#include "volume/luks.h"
#include "volume/mount_options.h"
#include "volume/mountpoint.h"
#include "volume/option_check.h"
#include "volume/unlock.h"
#include "volume/view.h"

#define LEVEL_WITH_KEY 20

static const char helper_path[] = LIBEXECDIR "/luks-ssm-aws";

/* What the children are given, and bring back. */
struct check_header {
	char path[PATH_MAX];
	const char *pin;
	const struct secret *key; /* lent; the child has the parent's memory */
	struct deadline deadline;
	struct luks_report report;
};

static enum status
software_check(struct reason *reason)
{
	if (geteuid() != 0)
		return reason_set(reason, STATUS_NOT_ROOT,
			"validate-all from level 10 on needs root; run it as root");
	if (!kernel_module_is_there("dm-crypt"))
		return reason_set(reason, STATUS_MISSING_SOFTWARE,
			"this kernel has no dm-crypt; install its module");
	if (access(helper_path, X_OK) != 0)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"%s is not there; install luks-ssm anew", helper_path);
	if (getpwnam(FETCH_USER) == NULL)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"there is no user %s; run systemd-sysusers", FETCH_USER);
	return STATUS_OK;
}

/* The name of the cluster's test run is not the resource's: without an explicit map_name nothing is
 * said about names. */
static enum status
names_check(const struct wanted *wanted, struct deadline deadline, struct inside *inside,
	struct reason *reason)
{
	struct wanted nameless = *wanted;
	owned_view view = {0};

	if (!wanted->map_name_given)
		nameless.map_name = NULL;
	view_take_settled(&nameless, deadline, &view);
	if (view.is_private)
		return reason_set(reason, STATUS_PRIVATE_NAMESPACE,
			"this agent runs in a mount namespace of its own; "
			"take PrivateTmp and the like from pacemaker.service");
	if (view.ours != NULL)
		log_info("the device is open here as %s", view.ours->name);
	inside_note(inside, &view);

	enum status found = view.reason.status;
	bool matters = view.state == STATE_TAKEN || view.state == STATE_UNREADABLE ||
		view.state == STATE_DOUBT || (found == STATUS_OTHER_NAME && wanted->map_name_given);

	if (!matters)
		return STATUS_OK;
	if (reason != NULL && reason->text[0] == '\0')
		*reason = view.reason;
	return found != STATUS_OK ? found : STATUS_DOUBT;
}

static enum status
header_judge(void *context, struct reason *reason)
{
	struct check_header *check = context;
	owned_header header = HEADER_EMPTY;
	enum status status = header_copy(check->path, &header, reason);

	return status == STATUS_OK ? luks_judge(&header, check->pin, &check->report, reason)
				   : status;
}

static enum status
header_unlock(void *context, struct reason *reason)
{
	struct check_header *check = context;
	owned_header header = HEADER_EMPTY;
	enum status status = header_copy(check->path, &header, reason);

	return status == STATUS_OK ? luks_try_key(&header, check->key, check->deadline, reason)
				   : status;
}

static enum status
key_try(void *context, const struct secret *key, struct reason *reason)
{
	struct check_header *check = context;

	check->key = key;
	return bounded_run(header_unlock, "the key derivation", check, sizeof(*check),
		check->deadline, reason);
}

/* A disk that hangs has half the time to answer, and is then one that cannot be read. */
static enum status
header_judge_in_time(struct check_header *check, struct reason *reason)
{
	struct reason refusal = {0};
	struct deadline half = deadline_in_ms(deadline_left_ms(check->deadline) / 2);
	enum status status = bounded_run(header_judge, check->path, check, sizeof(*check), half,
		&refusal);

	if (status == STATUS_TIMED_OUT && !deadline_passed(check->deadline))
		return reason_set(reason, STATUS_DEVICE_IO,
			"reading the LUKS header on %.100s does not end; check the disk",
			check->path);
	reason_pass(&refusal, reason);
	return status;
}

static enum status
device_check(const struct wanted *wanted, struct check_header *check, struct reason *reason)
{
	struct found_device device;
	enum status status = device_wait(wanted, 0, check->deadline, &device, reason);

	if (status != STATUS_OK)
		return status;
	if (device.is_read_only && !wanted->read_only)
		return reason_set(reason, STATUS_DEVICE_READ_ONLY,
			"%s is read-only; set read_only=yes or make it writable", device.path);
	snprintf(check->path, sizeof(check->path), "%s",
		device.header_path[0] != '\0' ? device.header_path : device.path);
	status = header_judge_in_time(check, reason);
	if (status != STATUS_OK)
		return status;
	if (check->report.copy_damaged)
		log_warning("one of the two LUKS2 header copies on %s is damaged; "
			    "the next start repairs it",
			check->path);
	if (check->report.reencrypting)
		log_warning("%s is in reencryption; start would let libcryptsetup recover it",
			check->path);
	if (check->report.least_kdf_kib > kdf_memory_free_kib())
		return reason_set(reason, STATUS_KDF_MEMORY,
			"a keyslot of %.100s needs %llu MiB, %llu are free; free memory or add a cheaper keyslot",
			check->path, (unsigned long long)check->report.least_kdf_kib / 1024,
			(unsigned long long)kdf_memory_free_kib() / 1024);
	return STATUS_OK;
}

static enum status
directory_check(void *context, struct reason *reason)
{
	const char *const *directory = context;

	return mountpoint_check(*directory, reason);
}

/* Without a name and a mapping the filesystem is not known, and nothing is said of it. */
static enum status
mount_check(const struct wanted *wanted, const struct inside *inside, struct deadline deadline,
	struct reason *reason)
{
	const struct params *params = wanted->params;
	const char *fstype = inside_fstype(inside);
	owned_text options = NULL;
	owned_text dropped = NULL;
	/* What lies above it may be storage that hangs. */
	const char *directory = params->directory;
	enum status status = bounded_run(directory_check, directory, &directory, sizeof(directory),
		deadline, reason);

	if (status != STATUS_OK || fstype == NULL)
		return status;
	status = filesystem_check_driver(fstype, reason);
	if (status == STATUS_OK)
		status = fsck_check_policy(params->run_fsck, fstype, reason);
	if (status == STATUS_OK)
		status = mount_options_make(params->options, fstype, wanted->read_only, &options,
			&dropped);
	if (status == STATUS_OK)
		status = option_check(fstype, options, reason);
	return status;
}

/* It may be meant so, and nothing of it stops a start. */
static void
conflicts_warn(const struct wanted *wanted)
{
	struct reason found = {0};

	if (conflicts_find(wanted, &found) != STATUS_OK)
		log_warning("%s", found.text);
}

enum status
volume_check(const struct wanted *wanted, unsigned int level, struct deadline deadline,
	struct reason *reason)
{
	const struct doer nobody = {.phase_fd = -1, .children_fd = -1, .deadline = deadline};
	struct check_header check = {.pin = wanted->pin, .deadline = deadline};
	struct inside inside = {.fstype = wanted->params->fstype,
		.with_state = level >= LEVEL_WITH_KEY};
	enum status status = software_check(reason);

	clock_check();
	conflicts_warn(wanted);
	if (status == STATUS_OK)
		status = names_check(wanted, deadline, &inside, reason);
	if (status == STATUS_OK)
		status = device_check(wanted, &check, reason);
	if (status == STATUS_OK)
		status = inside_check(&inside, deadline, reason);
	if (status == STATUS_OK)
		status = mount_check(wanted, &inside, deadline, reason);
	if (status == STATUS_OK && level >= LEVEL_WITH_KEY)
		status = unlock_with_key(wanted->params, &nobody, key_try, &check, reason);
	return status;
}
