#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A new passphrase as a SecureString under a key of your own; it is in no file and in no command line. Run it with the
# credentials of whoever provisions (ssm:PutParameter, kms:Encrypt): the nodes' role may only read.
set -eu

key=$(openssl rand -base64 32)
printf %s "$key" | aws ssm put-parameter --region eu-central-1 --name /prod/data/luks \
	--type SecureString --key-id alias/luks --value file:///dev/stdin
unset key
