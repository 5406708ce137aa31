# SPDX-License-Identifier: GPL-3.0-or-later
#
# A BMC behind the kernel's IPMI driver. Source after lib.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154

# bmc_start DIR [OPTION...]: starts a BMC with its socket DIR/bmc.sock and the log DIR/bmc.log, a line
# for each command. OPTIONs are those of the program bmc. bmc_stop DIR ends it.
bmc_start() {
	_dir=$1
	shift
	mkdir -p "$_dir"
	"$lab_build/lab/bmc" --socket "$_dir/bmc.sock" --log "$_dir/bmc.log" "$@" \
		>"$_dir/bmc.out" 2>&1 &
	echo $! >"$_dir/bmc.pid"
	_tenths=0
	until [ -S "$_dir/bmc.sock" ]; do
		_tenths=$((_tenths + 1))
		if [ "$_tenths" -gt 100 ] || ! kill -0 "$(cat "$_dir/bmc.pid")" 2>/dev/null; then
			cat "$_dir/bmc.out" >&2
			return 1
		fi
		sleep 0.1
	done
}

# bmc_stop DIR...
bmc_stop() {
	for _dir in "$@"; do
		[ -f "$_dir/bmc.pid" ] || continue
		_pid=$(cat "$_dir/bmc.pid")
		kill "$_pid" 2>/dev/null || true
		wait "$_pid" 2>/dev/null || true
		rm -f "$_dir/bmc.pid" "$_dir/bmc.sock"
	done
}

# bmc_qemu_args DIR: prints QEMU's options for it, to be used unquoted. Without reconnecting QEMU
# asks before its KCS interface is there, and ends.
bmc_qemu_args() {
	printf '%s\n' "-chardev socket,id=bmc,path=$1/bmc.sock,reconnect-ms=1000" \
		"-device ipmi-bmc-extern,id=bmc0,chardev=bmc -device isa-ipmi-kcs,bmc=bmc0"
}
