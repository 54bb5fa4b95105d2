#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One encrypted volume with only what is required, plus what lets it heal by itself after an AWS outage.
set -eu

pcs resource create data ocf:luks-ssm:volume \
	device=/dev/disk/by-id/nvme-data directory=/srv/data ssm_parameter=/prod/data/luks region=eu-central-1 \
	meta failure-timeout=120s migration-threshold=3 resource-stickiness=100
