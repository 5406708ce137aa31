#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make.sh DIR: keys, a signed repository of two components, and the trust directory for an image,
# all below DIR. The payloads are a few lines of text: no device would take them.
#
# What a site does is the same, with `key new NAME` on a machine that is kept apart and without
# --no-passphrase.
set -eu
fwrepo=${FWREPO:-fwrepo}
dir=${1:?usage: make.sh DIR}
mkdir -p "$dir"

"$fwrepo" key new example --dir "$dir/keys" --no-passphrase
"$fwrepo" init "$dir/repo" --id example

printf 'not firmware\n%.0s' 1 2 3 >"$dir/x100.bin"
"$fwrepo" add "$dir/x100.bin" --repo "$dir/repo" \
	--id example-x100-2.1 --version 2.1 --scheme dotted \
	--name 'Example X100 drive firmware' --vendor Example --class drive \
	--target 'nvme-model:EXAMPLE X100' --backend nvme --proof nvme.fr=2.1 \
	--activation device-reset --expected-seconds 30 --criticality recommended

# A stepping stone: only drives that run 2.0 or newer take 3.0.
printf 'not firmware either\n' >"$dir/x100-3.bin"
"$fwrepo" add "$dir/x100-3.bin" --repo "$dir/repo" \
	--id example-x100-3.0 --version 3.0 --scheme dotted --min-active 2.0 --floor 2.1 \
	--name 'Example X100 drive firmware' --vendor Example --class drive \
	--target 'nvme-model:EXAMPLE X100' --backend nvme --proof nvme.fr=3.0 \
	--activation device-reset --expected-seconds 30 --criticality recommended

"$fwrepo" sign --repo "$dir/repo" --key example --key-dir "$dir/keys"
"$fwrepo" trust --key example --key-dir "$dir/keys" --out "$dir/trust" --min-evidence hardware
"$fwrepo" verify --repo "$dir/repo" --trust "$dir/trust"
