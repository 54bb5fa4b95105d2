#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A database on an encrypted volume, with its address: a group starts in this order, stops in the other, and moves as one.
set -eu

# Debian's place for the newest PostgreSQL that is installed.
programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)

pcs resource create data ocf:luks-ssm:volume \
	device=/dev/disk/by-id/nvme-data directory=/srv/data ssm_parameter=/prod/data/luks region=eu-central-1 \
	--group database
pcs resource create address ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 op monitor interval=10s --group database
pcs resource create postgresql ocf:heartbeat:pgsql \
	pgctl="$programs/pg_ctl" psql=/usr/bin/psql pgdata=/srv/data/postgresql \
	op start timeout=120s op stop timeout=120s op monitor interval=30s timeout=30s --group database
pcs resource meta database failure-timeout=120s migration-threshold=3 resource-stickiness=100
