# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# The kernel's interface headers beside musl's own. scsi/ exists in both: musl's stays.

flavours=musl
deps=musl
inputs=linux-libc-dev

build() {
	dpkg-deb -x "$("$top/rootfs/fetch.sh" get linux-libc-dev)" .
	mkdir -p "$dest/include"
	cd usr/include
	cp -RL linux asm-generic mtd drm misc rdma video "$dest/include"
	cp -RL x86_64-linux-gnu/asm "$dest/include/asm"
	find scsi -type f | while read -r header; do
		[ -e "$sysroot/include/$header" ] || install -D -m 644 "$header" "$dest/include/$header"
	done
}
