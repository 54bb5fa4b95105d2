#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two nodes without an arbitrator: whoever fences first goes on. corosync.conf has what two-node-quorum.conf shows.
# no-quorum-policy stays at its default: with two_node one node alone has quorum, and fencing decides, not counting.
# It wants a fence device that works: aws-fencing.sh and sbd.sh make one. Whoever would fence the node that has the volume
# waits 15 seconds, so that this node wins a partition; a delay of the device itself (pcmk_delay_base) has to be shorter.
set -eu

pcs property set stonith-enabled=true
pcs property set priority-fencing-delay=15s
pcs resource defaults update resource-stickiness=100
pcs resource create data ocf:luks-ssm:volume \
	device=/dev/disk/by-id/nvme-data directory=/srv/data ssm_parameter=/prod/data/luks region=eu-central-1 \
	meta failure-timeout=120s migration-threshold=3 priority=1
