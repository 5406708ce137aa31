# SPDX-License-Identifier: GPL-3.0-or-later
#
# The inventory of a server with drives, beside what tells as much about it by hand: `lspci -vmm`
# and one command a drive (`nvme id-ctrl`, `sg_inq`), in turn within one guest. Source after
# overlay.sh; row, missing, say, die, ratio, median of lib.sh and run.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154

drives_nvme=4 drives_scsi=4 drives_rounds=5 drives_times=3

# drives_program DIR PATH: a program of this machine for the guest, with its libraries.
drives_program() {
	mkdir -p "$1/usr/bin"
	cp -L "$2" "$1/usr/bin/lab-${2##*/}"
	ldd "$2" | sed -n 's/.* \(\/[^ ]*\) (0x.*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (0x.*/\1/p' |
		while read -r _library; do
			mkdir -p "$1${_library%/*}"
			cp -L "$_library" "$1$_library"
		done
}

# drives_guest: what the guest does, once the drives are there. /proc/uptime has hundredths.
drives_guest() {
	cat <<GUEST
nvme=$drives_nvme scsi=$drives_scsi rounds=$drives_rounds times=$drives_times
GUEST
	cat <<'GUEST'
ours() {
	drydock inventory >/tmp/lab-ours
}

theirs() {
	lab-lspci -i /usr/share/pci.ids -vmm
	for node in /dev/nvme[0-9]; do
		lab-nvme id-ctrl "$node"
	done
	for node in /dev/sg[0-9]; do
		lab-sg_inq "$node"
	done
} >/tmp/lab-theirs

now() {
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}"
}

# lap COMMAND: milliseconds of one turn
lap() {
	from=$(now)
	turn=0
	while [ $turn -lt $times ]; do
		$1 || echo "lab-bench failed $1" >/dev/console
		turn=$((turn + 1))
	done
	echo "lab-bench $1 $((($(now) - from) * 10 / times))" >/dev/console
}

{
	until [ "$(ls -d /sys/class/nvme/nvme? 2>/dev/null | wc -l)" -ge $nvme ] &&
		[ "$(ls -d /sys/class/scsi_generic/sg? 2>/dev/null | wc -l)" -ge $scsi ]; do
		sleep 1
	done
	sleep 15
	ours && theirs
	echo "lab-bench functions $(grep -c '^Slot:' /tmp/lab-theirs)" >/dev/console
	round=0
	while [ $round -lt $rounds ]; do
		lap theirs
		lap ours
		round=$((round + 1))
	done
	poweroff -f
} &
GUEST
}

# drives_take WHAT: the median of what the guest said, in microseconds
drives_take() {
	tr -d '\r' <"$work/drives/serial.log" | sed -n "s/.*lab-bench $1 \([0-9]*\)\$/\1000/p" | median
}

bench_drives() {
	for _program in lspci nvme sg_inq; do
		command -v "$_program" >/dev/null || {
			missing 'inventory of drives' "$_program is not there (pciutils, nvme-cli, sg3-utils)"
			return 0
		}
	done
	quietly make -s lab BUILD="$build"
	say 'inventory of drives, in a guest'
	_drives=$work/drives
	mkdir -p "$_drives/more/tree/usr/sbin"
	lab_kernel "$_drives/more" scsi_debug
	echo "dev_size_mb=8 num_tgts=$drives_scsi" >"$_drives/more/modules/scsi_debug.args"
	for _program in lspci nvme sg_inq; do
		drives_program "$_drives/more/tree" "$(command -v "$_program")"
	done
	cp "$build/drydock" "$_drives/more/tree/usr/sbin/drydock"
	drives_guest >"$_drives/more/start"
	overlay_make "$_drives/more.cpio" "$_drives/more"
	cp --sparse=always "$build/drydock.iso" "$_drives/stick.img"
	set --
	_n=0
	while [ "$_n" -lt "$drives_nvme" ]; do
		_n=$((_n + 1))
		lab_nvme_start "$work/drives/nvme$_n" --model BENCH --serial "BENCH$_n" --version 1.0
		set -- "$@" "$work/drives/nvme$_n/nvme.sock"
	done
	LAB_OVERLAY=$work/drives/more.cpio \
		stick_start "$work/drives/stick.img" "$work/drives" 400 'drydock.mode=shell' "$@" ||
		die "the guest did not end: $(tail -n 5 "$work/drives/serial.log")"
	lab_nvme_stop
	! grep 'lab-bench failed' "$work/drives/serial.log" >&2 || die 'a command failed in the guest'
	ours=$(drives_take ours)
	theirs=$(drives_take theirs)
	_functions=$(($(drives_take functions) / 1000))
	row "inventory in a guest, $_functions PCI functions, $drives_nvme NVMe and $drives_scsi SCSI drives" \
		"$(milliseconds "$ours")" "lspci -vmm, nvme id-ctrl and sg_inq a drive: $(milliseconds "$theirs")" \
		"$(ratio "$theirs" "$ours")" "$(at_least "$theirs" "$ours" 1.0)"
}
