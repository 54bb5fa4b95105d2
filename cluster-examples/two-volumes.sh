#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two encrypted volumes, each with its own key: they start at the same time, on different nodes while there are two.
set -eu

pcs resource create data ocf:luks-ssm:volume \
	device=/dev/disk/by-id/nvme-data directory=/srv/data ssm_parameter=/prod/data/luks region=eu-central-1 \
	meta failure-timeout=120s migration-threshold=3 resource-stickiness=100
pcs resource create logs ocf:luks-ssm:volume \
	device=/dev/disk/by-id/nvme-logs directory=/srv/logs ssm_parameter=/prod/logs/luks region=eu-central-1 \
	meta failure-timeout=120s migration-threshold=3 resource-stickiness=100
# Apart where possible, together when one node has to carry both. With INFINITY in place of 50, never together.
pcs constraint colocation add logs with data score=-50
