# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034,SC2046
#
# System firmware by UEFI capsules: the stick is started by the server's own firmware (OVMF with the
# simulated one in an option ROM, tests/lab/fwsim), hands capsules over, reboots and comes back. Two
# servers; with DRYDOCK_LONG=1 also those that only have another fault.
# shellcheck source=tests/lab/fwsim.sh
. tests/lab/fwsim.sh

system=11111111-2222-3333-4444-555555555555
card=22222222-2222-3333-4444-555555555555
driver=33333333-2222-3333-4444-555555555555
a_system="entry guid=$system type=system version=65536 lowest=65536"
a_card="entry guid=$card type=device version=7"
a_driver="entry guid=$driver type=driver version=1"

# capsule_add NAME CLASS GUID VERSION OPTION...: a component with a capsule $work/NAME.cap
capsule_add() {
	_name=$1 _class=$2 _guid=$3 _version=$4
	shift 4
	tests/lab/fwsim/mkcapsule.sh --version "$_version" "$@" "$_guid" >"$work/$_name.cap" &&
		repo_add "$work/$_name.cap" --id "$_name" --version "$_version" --scheme dotted \
			--target "guid:$_guid" --backend uefi-capsule --class "$_class" \
			--proof "esrt.version=$_version" --activation reboot --expected-seconds 30
}

# capsule_stick BYTES: of the system's firmware. Flags as vendors write them: to be started again at
# once, or nothing at all.
capsule_stick() {
	rm -rf "$work/repo" "$work/keys" "$work/trust" "$work/stick.img"
	repo_new &&
		capsule_add system system-rom "$system" 131072 --flags 0x50000 --size "$1" &&
		capsule_add card controller "$card" 8 --flags 0 --header 28 --item-header 2 --mss1 0 &&
		capsule_add driver other "$driver" 2 --plain &&
		stick_of "$work/stick.img"
}

# boot_firmware MODE FIRMWARE SETTING...: the server to its end, reboots and all
boot_firmware() {
	printf 'drydock.mode=%s\ndrydock.poweroff=yes\n' "$1" | mcopy -o -i "$fat" - ::drydock.conf
	_firmware=$2
	shift 2
	stick_qemu "$dir" "$patience" "$dir/stick.img" $(lab_qemu_args) \
		$(stick_firmware "$_firmware" "$dir") $(fwsim_rom "$dir" "$@") -action reboot=reset
	status=$?
	read_logs
	powered_off
}

# firmware_said TEXT: on its debug console; firmware_never TEXT
firmware_said() {
	grep -qF -e "fwsim: $1" "$dir/fwsim.log" || fail "the firmware did not say: $1"
}

firmware_never() {
	! grep -qF -e "$1" "$dir/fwsim.log" || fail "the firmware said: $1"
}

# handed_over NAME memory|now FLAGS HEADER: these bytes behind the header, once
handed_over() {
	_sum=$(tail -c +$(($4 + 1)) "$work/$1.cap" | sha256sum | cut -c 1-64)
	_size=$(($(stat -c %s "$work/$1.cap") - $4))
	[ "$(grep -cF "capsule $2 flags 0x$3 header $4 body $_size sha256 $_sum" "$dir/fwsim.log")" = 1 ] ||
		fail "the firmware did not get $1.cap ($_sum) once: $(grep capsule "$dir/fwsim.log")"
}

# starts N: of the stick
starts() {
	_count=$(grep -ac 'Drydock starts' "$dir/serial.log")
	[ "$_count" = "$1" ] || fail "the stick was started $_count times, not $1"
}

# One is applied; one is refused at the next start; one does not do what the firmware says.
by_memory() {
	boot_firmware auto uefi "$a_system" "$a_card apply=5" "$a_driver apply=nothing"
	starts 2
	handed_over system memory 00010000 32
	handed_over card memory 00010000 28
	handed_over driver memory 00010000 32
	firmware_said "applied $system version 131072 status 0: runs 131072"
	ended 8
	logged summary.txt '3 steps: 1 proven, 2 not successful'
	logged summary.txt 'before 65536, wanted 131072, read back 131072'
	logged report.json 'at this version 8, ended with: authentication error (5)'
	logged summary.txt 'before 1, wanted 2, read back 1'
	logged report.json 'the firmware has not tried it'
}

# The firmware takes none while the system runs, but files on the stick's own ESP: larger
# than the ESP of the released image.
by_disk() {
	boot_firmware auto uefi "$a_system" 'query=unsupported disk=yes'
	starts 2
	handed_over system now 00010000 32
	firmware_said 'capsules on disk: 1 files'
	firmware_said "applied $system version 131072 status 0: runs 131072"
	ended 0
	_esp=$dir/stick.img@@$(stick_partition "$dir/stick.img" 2)
	[ -z "$(mdir -b -i "$_esp" ::EFI/UpdateCapsule 2>/dev/null)" ] || fail 'the capsule is still on the stick'
}

# by_helper FIRMWARE. Neither: the application on the stick's ESP asks while boot services are there.
# It does not mind what the query says, and the kernel does.
by_helper() {
	boot_firmware auto "$1" "$a_system" query=unsupported
	starts 2
	handed_over system memory 00010000 32
	firmware_said "applied $system version 131072 status 0: runs 131072"
	ended 0
}

by_helper_open() {
	by_helper uefi
}

by_helper_secure() {
	by_helper uefi-secure
}

# Linux believes in 128 entries: there is no table for it, and nothing else is missing.
ten_thousand() {
	boot_firmware inventory uefi "$a_system" esrt_fill=10000
	said 'pci:0000:00:00.0'
	said 'exit 0'
	grep -q 'fw_resource_count has very large value 10001' "$logs/dmesg.txt" || fail 'no such table'
}

many_entries() {
	boot_firmware inventory uefi "$a_system" esrt_fill=127
	_count=$(tr -d '\r' <"$dir/serial.log" | grep -c '^esrt:')
	[ "$_count" = 128 ] || fail "$_count entries, not 128"
}

capsule_stick 300000
server 'capsules: one proven after the reboot by the same run; one refused with the words of its status; a firmware that lies' by_memory
server "capsules: refused by the kernel, handed over by fwupd's application, with Secure Boot" by_helper_secure
if [ -n "${DRYDOCK_LONG:-}" ]; then
	server "capsules: refused by the kernel, handed over by fwupd's application, without Secure Boot" by_helper_open
	server 'capsules: a table of 10,000 entries' ten_thousand
	server 'capsules: a table of 128 entries' many_entries
fi
capsule_stick 25165824
server 'capsules: refused by the kernel, 24 MiB taken from the ESP of the stick' by_disk
