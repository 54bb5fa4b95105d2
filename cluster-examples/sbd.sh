#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fencing by SBD: a small shared disk carries the order to die, a watchdog sees to it. /etc/default/sbd (on some systems
# /etc/sysconfig/sbd) names the same disk and a watchdog on every node; sbd starts with the cluster.
# A node that is frozen as a whole reads its order only when it wakes: use a fence agent that cuts power where there is one.
set -eu

pcs stonith create fence fence_sbd devices=/dev/disk/by-id/nvme-sbd power_timeout=20 \
	pcmk_delay_max=5 op monitor interval=60s timeout=30s
pcs property set stonith-enabled=true
pcs property set stonith-timeout=40s
pcs resource create data ocf:luks-ssm:volume \
	device=/dev/disk/by-id/nvme-data directory=/srv/data ssm_parameter=/prod/data/luks region=eu-central-1 \
	meta failure-timeout=120s migration-threshold=3 resource-stickiness=100
