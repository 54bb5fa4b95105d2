#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fencing for EC2 instances: the survivor asks AWS to stop the other one. Both see the same io2 Multi-Attach volume.
# The nodes' role needs ec2:DescribeInstances, ec2:StopInstances, ec2:StartInstances and ec2:RebootInstances for this.
# In a partition of two nodes both ask AWS. Who wants to fence node1 waits five seconds, so node1 wins: give the delay to
# the node that usually has the volume.
set -eu

pcs stonith create fence fence_aws region=eu-central-1 \
	pcmk_host_map="node1:i-0123456789abcdef0;node2:i-0123456789abcdef1" \
	pcmk_delay_base="node1:5s;node2:0s" pcmk_reboot_timeout=480 pcmk_reboot_retries=4 power_timeout=240 op monitor interval=300s timeout=60s
pcs property set stonith-enabled=true
pcs resource create data ocf:luks-ssm:volume \
	device=vol-0123456789abcdef0 directory=/srv/data ssm_parameter=/prod/data/luks region=eu-central-1 \
	meta failure-timeout=120s migration-threshold=3 resource-stickiness=100
