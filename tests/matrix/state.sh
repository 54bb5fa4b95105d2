#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds, shows and clears one state of the volume, inside the machine. Run by tests/matrix/matrix.py.
# Mappings are made with dmsetup from the tables that cryptsetup once made, so a state costs no key derivation.
#
# Usage: state.sh prepare OURS THEIRS COPY   three disks of one size
#        state.sh build DEVICE MAPPING MOUNT
#        state.sh show          what the kernel has, for comparing before and after
#        state.sh clear
set -u

home=/run/state-matrix
name=matrix
directory=/srv/matrix
link=$home/device
ours=$(cat $home/ours 2>/dev/null)
theirs=$(cat $home/theirs 2>/dev/null)
copy=$(cat $home/copy 2>/dev/null)

fail() {
	echo "state.sh: $*" >&2
	exit 1
}

# What a disk's LUKS mapping looks like to device-mapper: its table with the key, and its uuid.
remember() { # DISK WORD
	cryptsetup open --key-file $home/key "$1" "$name" || fail "cannot open $1"
	dmsetup table --showkeys "$name" | sed 's/ :64:logon:[^ ]* / /' >"$home/$2.table"
	dmsetup info -c --noheadings -o uuid "$name" >"$home/$2.uuid"
	if ! blkid "/dev/mapper/$name" >/dev/null; then
		mkfs.ext4 -q -F "/dev/mapper/$name" || fail "cannot make a filesystem on $1"
	fi
	cryptsetup close "$name"
}

prepare() { # OURS THEIRS COPY
	mkdir -p $home $directory
	echo "$1" >$home/ours
	echo "$2" >$home/theirs
	echo "$3" >$home/copy
	printf secret >$home/key
	local disk
	for disk in "$1" "$2"; do
		cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 --key-file $home/key "$disk" ||
			fail "cannot format $disk"
	done
	remember "$1" ours
	remember "$2" theirs
	dd if="$1" of="$3" bs=1M conv=fsync 2>/dev/null || fail "cannot copy $1 to $3"
	cryptsetup luksUUID "$1" >$home/luks_uuid
}

# A detached disk leaves by the PCI bus, as an EBS volume does.
disk_remove() { # DISK
	local controller
	controller=$(readlink -f "/sys/block/${1#/dev/}/device")
	echo 1 >"$(readlink -f "$controller/device")/remove"
}

disk_return() { # DISK
	local tries=0
	while ! test -b "$1"; do
		echo 1 >/sys/bus/pci/rescan
		tries=$((tries + 1))
		test $tries -lt 50 || fail "$1 does not come back"
		sleep 0.1
	done
}

map() { # TABLE-OF UUID-OF [DISK]
	local table
	table=$(cat "$home/$1.table")
	if test $# -gt 2; then
		local old new
		old=$(cut -d' ' -f7 "$home/$1.table")
		new=$(cat "/sys/block/${3#/dev/}/dev")
		table=${table/" $old "/" $new "}
	fi
	dmsetup create "$name" --uuid "$(cat "$home/$2.uuid")" --table "$table" || fail "cannot map"
}

build_mapping() { # MAPPING
	case $1 in
	none) ;;
	ours | suspended) map ours ours "$ours" ;;
	ours-elsewhere) map ours ours "$copy" ;;
	stranger) map theirs theirs "$theirs" ;;
	no-table) dmsetup create "$name" --notable --uuid "$(cat $home/ours.uuid)" || fail "cannot create" ;;
	*) fail "no mapping $1" ;;
	esac
}

mount_ours() { # DIRECTORY [OPTIONS]
	mkdir -p "$1"
	mount -t ext4 -o "${2-rw}" "/dev/mapper/$name" "$1" || fail "cannot mount on $1"
}

build_mount() { # MOUNT
	mkdir -p $directory
	case $1 in
	none) ;;
	ours) mount_ours $directory ;;
	read-only) mount_ours $directory ro ;;
	doubled)
		mount_ours $directory
		mount --bind $directory $directory
		;;
	other-directory) mount_ours $directory-elsewhere ;;
	other-namespace)
		rm -f $home/inside
		setsid unshare --mount --propagation private sh -c \
			"mount -t ext4 /dev/mapper/$name $directory && : >$home/inside && exec sleep 600" \
			</dev/null >/dev/null 2>&1 &
		echo $! >$home/holder
		local tries=0
		until test -e $home/inside; do
			tries=$((tries + 1))
			test $tries -lt 100 || fail "no mount in the other namespace"
			sleep 0.05
		done
		;;
	stranger)
		mount -t tmpfs theirs $directory || fail "cannot mount theirs"
		echo theirs >$directory/theirs
		;;
	*) fail "no mount $1" ;;
	esac
}

build() { # DEVICE MAPPING MOUNT
	ln -sfn "$ours" $link
	build_mapping "$2"
	build_mount "$3"
	case $1 in
	there) ;;
	absent) rm -f $link ;;
	another) ln -sfn "$theirs" $link ;;
	dead)
		disk_remove "$ours"
		rm -f $link
		;;
	*) fail "no device $1" ;;
	esac
	test "$2" != suspended || dmsetup suspend --noflush --nolockfs "$name" || fail "cannot suspend"
}

show() {
	dmsetup info -c --noheadings -o name,uuid,suspended,tables_loaded 2>/dev/null | grep -v '^No devices'
	grep -E " ($directory|$directory-elsewhere) " /proc/self/mountinfo | cut -d' ' -f3-6,9-
	# Only where theirs lies on top: a look into a suspended filesystem of ours would wait for ever.
	! grep " $directory " /proc/self/mountinfo | tail -n 1 | grep -q " tmpfs theirs " || ! test -e $directory/theirs ||
		echo "theirs is there"
	test ! -s $home/holder || ! grep -qs "$directory" "/proc/$(cat $home/holder)/mountinfo" || echo "mounted in the other namespace"
	return 0
}

# Back to nothing; a second time changes nothing.
clear_all() {
	test ! -s $home/holder || kill -9 "$(cat $home/holder)" 2>/dev/null
	rm -f $home/holder
	dmsetup info "$name" >/dev/null 2>&1 && dmsetup resume "$name" 2>/dev/null
	while umount $directory 2>/dev/null; do :; done
	umount $directory-elsewhere 2>/dev/null
	dmsetup info "$name" >/dev/null 2>&1 && dmsetup remove --retry --force "$name" 2>/dev/null
	test -b "$ours" || disk_return "$ours"
	rm -rf $link "/run/luks-ssm/$name"
	test -z "$(show)" || fail "not clear: $(show)"
}

case ${1-} in
prepare) prepare "$2" "$3" "$4" ;;
build) build "$2" "$3" "$4" ;;
show) show ;;
clear) clear_all ;;
*) fail "usage: state.sh prepare|build|show|clear" ;;
esac
