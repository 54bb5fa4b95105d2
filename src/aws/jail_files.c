/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Landlock: what the helper may still read is a list, and it may write nothing. NSS modules and
 * OpenSSL's providers are loaded late, so the library directories belong to it.
 */
#include "config.h"

#include "aws/jail.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own.h"

#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>

/* Rights that came with later versions than the oldest header we build with. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
/* The thirteen of the first version are the low bits. */
#define RIGHTS_FIRST ((1ULL << 13) - 1)

static const char *const readable[] = {
	/* Libraries and the loader's cache. */
	"/lib",
	"/lib64",
	"/usr/lib",
	"/usr/lib64",
	"/usr/local/lib",
	"/etc/ld.so.cache",
	/*
	 * OpenSSL's configuration and the certificates: links of one directory point into the next.
	 */
	"/etc/ssl",
	"/etc/pki",
	"/etc/crypto-policies",
	"/etc/ca-certificates",
	"/usr/share/ca-certificates",
	"/usr/share/pki",
	"/usr/share/crypto-policies",
	"/usr/local/share/ca-certificates",
	/* The resolver. */
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/nsswitch.conf",
	"/etc/host.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/run/systemd/resolve",
	"/run/nscd",
};

static uint64_t
rights_known(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t rights = version >= 1 ? RIGHTS_FIRST : 0;

	if (version >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return rights;
}

/* What is not there cannot be read either. */
static void
readable_add(int ruleset_fd, const char *path)
{
	owned_fd fd = open(path, O_PATH | O_CLOEXEC);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) != 0)
		return;

	struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
		.parent_fd = fd};

	if (S_ISDIR(info.st_mode))
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

bool
jail_limit_files(void)
{
	struct landlock_ruleset_attr attributes = {.handled_access_fs = rights_known()};

	if (attributes.handled_access_fs == 0)
		return false;

	owned_fd ruleset_fd = (int)syscall(SYS_landlock_create_ruleset, &attributes,
		sizeof(attributes), 0);

	if (ruleset_fd < 0)
		return false;
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		readable_add(ruleset_fd, readable[i]);
	return syscall(SYS_landlock_restrict_self, ruleset_fd, 0) == 0;
}

#else

bool
jail_limit_files(void)
{
	return false;
}

#endif
