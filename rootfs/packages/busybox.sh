# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164

flavours=musl
deps='musl linux-headers'
inputs='busybox busybox-debian'
files=busybox.config

build() {
	debian=$(source_tree busybox-debian)
	enter_source busybox
	apply_series "$debian"
	configure "$top/rootfs/busybox.config"
	make -j"$jobs" CC="$CC" HOSTCC=gcc SKIP_STRIP=y
	strip -o busybox.stripped busybox
	install -D -m 755 busybox.stripped "$dest/bin/busybox"
}

# configure WANTED: the defaults with our lines in place of theirs. oldconfig silently gives up a
# choice whose conditions do not hold: then the build stops.
configure() {
	make defconfig >/dev/null
	options=$(grep -o 'CONFIG_[A-Z0-9_]*' "$1" | tr '\n' '|')
	grep -Ev "^(# )?(${options%|})[ =]" .config >.config.new || true
	grep -E '^(CONFIG_|# CONFIG_)' "$1" >>.config.new
	mv .config.new .config
	yes '' | make oldconfig >/dev/null
	grep -E '^(CONFIG_|# CONFIG_)' "$1" | while read -r line; do
		grep -qxF "$line" .config || die "BusyBox does not take: $line"
	done
}
