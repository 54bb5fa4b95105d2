#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What people run today, for comparison: fetch the passphrase with the aws command line, open with cryptsetup, mount;
# and the way back. Settings come from the environment, as from the file /etc/default/luks-mount.
# Usage: by-hand.sh start|stop|fetch
set -eu

fetch() {
	aws ssm get-parameters --region "$SSM_REGION" --names "$SSM_PATH" --with-decryption \
		--query 'Parameters[0].Value' --output text
}

case ${1-} in
start)
	passphrase=$(fetch)
	echo "$passphrase" | cryptsetup luksOpen "$LUKS_DEVICE" "$LUKS_DEVICE_MAP"
	mount -t "$LUKS_DEVICE_FS" -o "$LUKS_DEVICE_MOUNT_OPT" "/dev/mapper/$LUKS_DEVICE_MAP" "$LUKS_DEVICE_MOUNT_POINT"
	;;
stop)
	umount -f "$LUKS_DEVICE_MOUNT_POINT"
	cryptsetup luksClose "$LUKS_DEVICE_MAP"
	;;
fetch)
	fetch >/dev/null
	;;
*)
	echo "usage: $0 start|stop|fetch" >&2
	exit 2
	;;
esac
