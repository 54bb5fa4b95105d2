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

/* What a part needs, and what a part gives that was well enough. */
#define KNOWN_RIGHTS 0x1u
#define KNOWN_DEVICE 0x2u
#define KNOWN_HEADER 0x4u
#define KNOWN_KEY 0x8u /* the level's word, no part's */

static const char helper_path[] = LIBEXECDIR "/luks-ssm-aws";

/* What the children are given, and bring back. */
struct check_header {
	char path[PATH_MAX];
	const char *pin;
	const struct secret *key; /* lent; the child has the parent's memory */
	struct deadline deadline;
	struct luks_report report;
};

/* One run through the parts. */
struct check_run {
	const struct wanted *wanted;
	struct deadline deadline;
	struct check_header header;
	struct inside inside;
	unsigned int known; /* KNOWN_… */
	char detail[160];   /* what is said of the part when it is well */
};

#define detail_set(run, ...) snprintf((run)->detail, sizeof((run)->detail), __VA_ARGS__)

static enum status
rights_check(struct check_run *run, struct reason *reason)
{
	if (geteuid() != 0)
		return reason_set(reason, STATUS_NOT_ROOT,
			"a look at the node needs root; run it as root");
	run->known |= KNOWN_RIGHTS;
	detail_set(run, "root");
	return STATUS_OK;
}

static enum status
software_check(struct check_run *run, struct reason *reason)
{
	if (!kernel_module_is_there("dm-crypt"))
		return reason_set(reason, STATUS_MISSING_SOFTWARE,
			"this kernel has no dm-crypt; install its module");
	if (access(helper_path, X_OK) != 0)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"%s is not there; install luks-ssm anew", helper_path);
	if (getpwnam(FETCH_USER) == NULL)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"there is no user %s; run systemd-sysusers", FETCH_USER);
	detail_set(run, "dm-crypt, luks-ssm-aws and its user are there");
	return STATUS_OK;
}

/* The name of the cluster's test run is not the resource's: without an explicit map_name nothing is
 * said about names. */
static enum status
names_check(struct check_run *run, struct reason *reason)
{
	const struct wanted *wanted = run->wanted;
	struct wanted nameless = *wanted;
	owned_view view = {0};

	if (!wanted->map_name_given)
		nameless.map_name = NULL;
	view_take_settled(&nameless, run->deadline, &view);
	if (view.is_private)
		return reason_set(reason, STATUS_PRIVATE_NAMESPACE,
			"this agent runs in a mount namespace of its own; "
			"take PrivateTmp and the like from pacemaker.service");
	if (view.ours != NULL)
		log_info("the device is open here as %s", view.ours->name);
	detail_set(run, "%s%.100s", view.ours != NULL ? "open here as " : "free for the volume",
		view.ours != NULL ? view.ours->name : "");
	inside_note(&run->inside, &view);

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
device_check(struct check_run *run, struct reason *reason)
{
	const struct wanted *wanted = run->wanted;
	struct found_device device;
	enum status status = device_wait(wanted, 0, run->deadline, &device, reason);

	if (status != STATUS_OK)
		return status;
	snprintf(run->header.path, sizeof(run->header.path), "%s",
		device.header_path[0] != '\0' ? device.header_path : device.path);
	run->known |= KNOWN_DEVICE;
	if (device.is_read_only && !wanted->read_only)
		return reason_set(reason, STATUS_DEVICE_READ_ONLY,
			"%s is read-only; set read_only=yes or make it writable", device.path);
	detail_set(run, "%.140s", device.path);
	return STATUS_OK;
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
header_check_copy(struct check_run *run, struct reason *reason)
{
	const struct luks_report *report = &run->header.report;
	enum status status = header_judge_in_time(&run->header, reason);

	if (status != STATUS_OK)
		return status;
	run->known |= KNOWN_HEADER;
	if (report->copy_damaged)
		log_warning("one of the two LUKS2 header copies on %s is damaged; "
			    "the next start repairs it",
			run->header.path);
	if (report->reencrypting)
		log_warning("%s is in reencryption; start would let libcryptsetup recover it",
			run->header.path);
	detail_set(run, "LUKS%u, key slots that a passphrase may open: %u", report->version,
		report->slots);
	return STATUS_OK;
}

static enum status
memory_check(struct check_run *run, struct reason *reason)
{
	uint64_t free_kib = kdf_memory_free_kib();
	uint64_t least_kib = run->header.report.least_kdf_kib;

	if (least_kib > free_kib)
		return reason_set(reason, STATUS_KDF_MEMORY,
			"a keyslot of %.100s needs %llu MiB, %llu are free; free memory or add a cheaper keyslot",
			run->header.path, (unsigned long long)least_kib / 1024,
			(unsigned long long)free_kib / 1024);
	if (least_kib == 0)
		detail_set(run, "a key slot needs none to speak of");
	else
		detail_set(run, "a key slot needs %llu MiB, and they are free",
			(unsigned long long)least_kib / 1024);
	return STATUS_OK;
}

static enum status
directory_bounded_check(void *context, struct reason *reason)
{
	const char *const *directory = context;

	return mountpoint_check(*directory, reason);
}

/* What lies above it may be storage that hangs. */
static enum status
directory_check(struct check_run *run, struct reason *reason)
{
	const char *directory = run->wanted->params->directory;

	detail_set(run, "%.140s", directory);
	return bounded_run(directory_bounded_check, directory, &directory, sizeof(directory),
		run->deadline, reason);
}

/* Without a name and a mapping the filesystem is not known, and nothing is said of it. */
static enum status
filesystem_check(struct check_run *run, struct reason *reason)
{
	const struct params *params = run->wanted->params;
	owned_text options = NULL;
	owned_text dropped = NULL;
	enum status status = inside_check(&run->inside, run->deadline, reason);
	const char *fstype = inside_fstype(&run->inside);

	detail_set(run, "%.60s",
		fstype != NULL ? fstype : "not named, and not seen before the volume is open");
	if (status != STATUS_OK || fstype == NULL)
		return status;
	status = filesystem_check_driver(fstype, reason);
	if (status == STATUS_OK)
		status = fsck_check_policy(params->run_fsck, fstype, reason);
	if (status == STATUS_OK)
		status = mount_options_make(params->options, fstype, run->wanted->read_only,
			&options, &dropped);
	if (status == STATUS_OK)
		status = option_check(fstype, options, reason);
	return status;
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

static enum status
unlock_check(struct check_run *run, struct reason *reason)
{
	const struct doer nobody = {.phase_fd = -1, .children_fd = -1, .deadline = run->deadline};

	detail_set(run, "the key opens a copy of the header");
	return unlock_with_key(run->wanted->params, &nobody, key_try, &run->header, reason);
}

static const struct check_part {
	const char *what;
	enum status (*check)(struct check_run *run, struct reason *reason);
	unsigned int needs;
} check_parts[] = {
	{"rights", rights_check, 0},
	{"software", software_check, KNOWN_RIGHTS},
	{"names", names_check, KNOWN_RIGHTS},
	{"device", device_check, KNOWN_RIGHTS},
	{"header", header_check_copy, KNOWN_DEVICE},
	{"KDF memory", memory_check, KNOWN_HEADER},
	{"mount point", directory_check, KNOWN_RIGHTS},
	{"filesystem", filesystem_check, KNOWN_RIGHTS},
	{"unlock", unlock_check, KNOWN_HEADER | KNOWN_KEY},
};

#define PART_COUNT (sizeof(check_parts) / sizeof(check_parts[0]))

static struct check_run
check_run_begin(const struct wanted *wanted, bool with_key, bool with_state,
	struct deadline deadline)
{
	return (struct check_run){.wanted = wanted,
		.deadline = deadline,
		.header = {.pin = wanted->pin, .deadline = deadline},
		.inside = {.fstype = wanted->params->fstype, .with_state = with_state},
		.known = with_key ? KNOWN_KEY : 0};
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
	bool with_key = level >= LEVEL_WITH_KEY;
	struct check_run run = check_run_begin(wanted, with_key, with_key, deadline);
	enum status status = STATUS_OK;

	clock_check();
	conflicts_warn(wanted);
	for (size_t i = 0; status == STATUS_OK && i < PART_COUNT; i++) {
		if ((check_parts[i].needs & ~run.known) == 0)
			status = check_parts[i].check(&run, reason);
	}
	return status;
}

void
volume_check_parts(const struct wanted *wanted, bool with_key, struct deadline deadline,
	volume_check_hear *hear, void *context)
{
	struct check_run run = check_run_begin(wanted, with_key, true, deadline);

	for (size_t i = 0; i < PART_COUNT; i++) {
		const struct check_part *part = &check_parts[i];
		struct reason reason = {0};
		bool possible = (part->needs & ~run.known) == 0;
		enum status status = possible ? part->check(&run, &reason) : STATUS_OK;

		hear(context, part->what, status, &reason, possible ? run.detail : NULL);
	}
}
