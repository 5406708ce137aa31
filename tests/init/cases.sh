# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2016
#
# The cases, run once by each shell (run.sh). Prints "ok - NAME" or "not ok - NAME" and why.
set -eu
: "${top:?}" "${work:?}" "${shell:?}"
here=$top/tests/init
MOCK=$here/mock.sh
export MOCK
# shellcheck source=tests/init/machine.sh
. "$here/machine.sh"
cases=0

# case_of NAME FUNCTION [ARGUMENT...]: on a fresh machine, in a shell of its own. In a condition the
# shell does not stop at an error: the assertions end it themselves.
case_of() {
	_name=$1
	cases=$((cases + 1))
	shift
	if (
		machine "$work/$cases"
		"$@"
	) >"$work/said" 2>&1; then
		printf 'ok - %s\n' "$_name"
	else
		printf 'not ok - %s\n' "$_name"
		sed 's/^/# /' "$work/said"
		for _file in out calls run/drydock/log/boot.log run/drydock/init.err; do
			[ ! -s "$work/$cases/$_file" ] || sed "s|^|# $_file: |" "$work/$cases/$_file"
		done
	fi
}

# Assertions end the case; what they print says why.
fail() {
	printf '%s\n' "$*"
	exit 1
}

equal() {
	[ "$1" = "$2" ] || fail "expected: $2" "- found: $1"
}

holds() {
	grep -qF -e "$2" "$1" || fail "$1 does not hold: $2"
}

holds_not() {
	! grep -qF -e "$2" "$1" || fail "$1 holds: $2"
}

# said TEXT: on the screen.
said() {
	holds "$ROOT/dev/tty0" "$1"
}

# told TEXT: in boot.log, when the consoles of the machine are gone.
told() {
	holds "$ROOT/run/drydock/log/boot.log" "$1"
}

called() {
	holds "$ROOT/calls" "$1"
}

not_called() {
	holds_not "$ROOT/calls" "$1"
}

# drydock_got ARGUMENTS: exactly these.
drydock_got() {
	[ -f "$ROOT/drydock.args" ] || fail "drydock was not started"
	equal "$(cat "$ROOT/drydock.args")" "$1"
}

kernel_line() {
	echo "BOOT_IMAGE=/boot/vmlinuz $*" >"$ROOT/proc/cmdline"
}

prompted() {
	called "setsid -c /lib/drydock/prompt"
	not_called poweroff
	not_called reboot
}

# before FIRST SECOND: the order of two calls.
before() {
	_first=$(grep -nF -e "$1" "$ROOT/calls" | head -n 1 | cut -d : -f 1)
	_second=$(grep -nF -e "$2" "$ROOT/calls" | head -n 1 | cut -d : -f 1)
	[ "${_first:-999999}" -lt "${_second:-0}" ] ||
		fail "not in this order: $1 (${_first:-never}), $2 (${_second:-never})"
}

# in_init TEXT: runs TEXT in a shell with all parts of init.
in_init() {
	mkdir -p "$ROOT/run/drydock/log"
	$shell -euc '
		for _part in lib hardware settings volumes media logs watch run finish; do
			. "$ROOT/lib/drydock/$_part.sh"
		done
		settings_default
		'"$1"
}

# --- tables ---

settings_row() {
	printf '%b' "$1" >"$ROOT/drydock.conf"
	kernel_line "$2"
	_found=$(in_init '
		settings_file "$ROOT" drydock.conf
		settings_kernel_line
		for _ids in ONLY SKIP; do
			eval "_list=\$$_ids"
			_list=$(echo $_list | tr " " ",")
			eval "$_ids=${_list:--}"
		done
		echo "$MODE $POWEROFF $REBOOT $DELAY $ONLY $SKIP"')
	equal "$_found" "$3"
	if [ "$4" = - ]; then
		[ ! -s "$ROOT/run/drydock/log/boot.log" ] || fail "said: $(cat "$ROOT/run/drydock/log/boot.log")"
	else
		holds "$ROOT/run/drydock/log/boot.log" "$4"
	fi
}

external_row() {
	disk "$1" "$2" "$3" 1
	for _dev in "$1" "${1}1"; do
		equal "$(in_init "external \"\$(sys_of $_dev)\" && echo yes || echo no")" "$4"
	done
}

action_row() {
	equal "$(in_init "POWEROFF=$2; REBOOT=$3; action $1")" "$4"
}

# rows TABLE FUNCTION: a case for each line. Tabs are not blanks for read, so that fields may be
# empty: they are turned into a character that no table uses.
rows() {
	sed '/^#/d' "$here/$1.tsv" | tr '\t' '|' >"$work/$1"
	while IFS='|' read -r _a _b _c _d; do
		case_of "$1: $_a / $_b / $_c" "$2" "$_a" "$_b" "$_c" "$_d"
	done <"$work/$1"
}

# --- whole runs ---

stick_inventory() {
	stick sda 'drydock.mode=inventory\r\ndrydock.poweroff=yes\r\n'
	boot
	drydock_got "inventory --console /dev/ttyS0 --console /dev/tty0 --log-dir /run/drydock/log"
	_log=$(log_of sda3)
	equal "$(cat "$_log/result")" "exit=0
mode=inventory"
	holds "$_log/boot.log" "The boot medium is /dev/sda1."
	holds "$_log/boot.log" "Result: exit 0, done."
	holds "$_log/dmesg.txt" "a line of the kernel's log"
	holds "$_log/drydock.out" "what drydock printed"
	said "It is safe to remove the medium."
	called "mount -t iso9660 -o ro,nosuid,nodev,noexec /dev/sda1 /media/boot"
	before "umount /media/drydock" poweroff
	before "umount /media/boot" poweroff
	not_called "mount -t iso9660 -o ro,nosuid,nodev,noexec /dev/sda /"
	equal "$(cat "$ROOT/content/sda3/medium.id")" 00000000111122223333444444444444
}

medium_keeps_its_id() {
	stick sda 'drydock.poweroff=yes'
	echo mine >"$ROOT/content/sda3/medium.id"
	boot
	equal "$(cat "$ROOT/content/sda3/medium.id")" mine
}

dryrun_is_default() {
	stick sda
	: >"$ROOT/content/sda3/repo/head.json"
	boot
	drydock_got "apply --console /dev/ttyS0 --console /dev/tty0 --repo /media/drydock/repo --trust /etc/drydock/trust --log-ram /run/drydock/log --medium-file /run/drydock/medium --log-dir /media/drydock/logs/CZ31-20261122T174500Z --dry-run"
	prompted
	called "setsid -c /lib/drydock/prompt dryrun 0"
}

dryrun_without_repo() {
	stick sda
	boot
	drydock_got "inventory --console /dev/ttyS0 --console /dev/tty0 --log-dir /run/drydock/log"
	said "There is no repository"
}

auto_arguments() {
	stick sda 'drydock.only=a,b\ndrydock.skip=c\n'
	: >"$ROOT/content/sda3/repo/head.json"
	kernel_line drydock.mode=auto drydock.reboot=success
	echo 1 >"$ROOT/exit"
	boot
	drydock_got "apply --console /dev/ttyS0 --console /dev/tty0 --repo /media/drydock/repo --trust /etc/drydock/trust --log-ram /run/drydock/log --medium-file /run/drydock/medium --log-dir /media/drydock/logs/CZ31-20261122T174500Z --yes --auto --ram-dir /tmp/drydock-store --only a --only b --skip c --reboot-file /run/drydock/reboot-planned --journal /dev/sda4 --boot-medium /dev/sda"
	called reboot
	not_called poweroff
}

resume_arguments() {
	stick sda 'drydock.mode=resume\n'
	: >"$ROOT/content/sda3/repo/head.json"
	boot
	drydock_got "resume --console /dev/ttyS0 --console /dev/tty0 --repo /media/drydock/repo --trust /etc/drydock/trust --log-ram /run/drydock/log --medium-file /run/drydock/medium --log-dir /media/drydock/logs/CZ31-20261122T174500Z --yes --auto --ram-dir /tmp/drydock-store --journal /dev/sda4 --boot-medium /dev/sda"
	called "mount -t tmpfs -o nosuid,nodev,noexec,mode=0700,size=80% tmpfs /tmp/drydock-store"
	holds "$(log_of sda3)/result" "mode=resume"
}

# Only media that somebody attached, and each journal once.
other_journals_told() {
	stick sda "drydock.mode=$1\n"
	: >"$ROOT/content/sda3/repo/head.json"
	: >"$ROOT/content/sda3/DRYDOCK.JNL"
	stick sdb
	iso sdb1 other-build
	disk sdc "pci0000:00/usb3/3-2/host8" 1
	fat sdc DRYDOCK
	: >"$ROOT/content/sdc/DRYDOCK.JNL"
	disk sdd "pci0000:00/usb3/3-3/host9" 1
	fat sdd DRYDOCK
	disk sde "pci0000:00/usb3/3-4/host10" 1
	fat sde KEYS
	: >"$ROOT/content/sde/DRYDOCK.JNL"
	disk sdx "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0" 0 3 4
	printf 'DRYDOCKJ' >"$ROOT/dev/sdx4"
	fat sdx3 DRYDOCK
	: >"$ROOT/content/sdx3/DRYDOCK.JNL"
	boot
	holds "$ROOT/drydock.args" " --other-journal /media/drydock/DRYDOCK.JNL --other-journal /dev/sdb4 --other-journal /media/journals/sdc/DRYDOCK.JNL --journal /dev/sda4 "
	called "mount -t vfat -o ro,nosuid,nodev,noexec,umask=022,tz=UTC /dev/sdc /media/journals/sdc"
	before "umount /media/journals/sdd" "setsid -c"
	before "umount /media/journals/sdc" "setsid -c"
	not_called "/dev/sde /media"
	not_called /dev/sdx
}

planned_reboot() {
	stick sda "drydock.mode=auto\ndrydock.poweroff=$1\n"
	: >"$ROOT/content/sda3/repo/head.json"
	echo "$2" >"$ROOT/exit"
	echo ': >"$ROOT/run/drydock/reboot-planned"' >"$ROOT/on-drydock"
	boot
	called reboot
	not_called poweroff
	said "The plan goes on after a reboot."
	holds "$(log_of sda3)/result" "exit=$2"
}

planned_reboot_overdue() {
	stick sda 'drydock.mode=auto\ndrydock.reboot=yes\n'
	: >"$ROOT/content/sda3/repo/head.json"
	echo 9 >"$ROOT/exit"
	echo ': >"$ROOT/run/drydock/reboot-planned"' >"$ROOT/on-drydock"
	boot
	prompted
	said "DO NOT POWER OFF"
}

# A capsule waits in memory and nobody could arrange that the reboot comes back here.
no_poweroff_with_a_capsule() {
	stick sda "drydock.mode=auto\n$1"
	: >"$ROOT/content/sda3/repo/head.json"
	echo 1 >"$ROOT/exit"
	echo ': >"$ROOT/run/drydock/reboot-planned.keep-power"' >"$ROOT/on-drydock"
	boot
	"$2" reboot
	not_called poweroff
	said "Reboot, do not power off."
	holds "$(log_of sda3)/result" "exit=1"
}

# outcome SETTINGS STATUS TEXT
outcome() {
	stick sda "drydock.mode=auto\n$1"
	: >"$ROOT/content/sda3/repo/head.json"
	echo "$2" >"$ROOT/exit"
	boot
	said "$3"
}

auto_without_repo() {
	stick sda 'drydock.mode=auto\ndrydock.poweroff=success\n'
	boot
	drydock_got "inventory --console /dev/ttyS0 --console /dev/tty0 --log-dir /run/drydock/log"
	holds "$(log_of sda3)/result" "exit=6"
	said "nothing can be updated"
	prompted
}

repo_on_iso() {
	stick sda
	mkdir -p "$ROOT/content/sda1/repo"
	: >"$ROOT/content/sda1/repo/head.json"
	boot
	holds "$ROOT/drydock.args" "--repo /media/boot/repo"
}

repo_on_other() {
	stick sda
	disk sdb "pci0000:00/usb3/3-1/host7" 1
	fat sdb DRYDOCK
	: >"$ROOT/content/sdb/repo/head.json"
	boot
	holds "$ROOT/drydock.args" "--repo /media/other/repo"
	holds "$ROOT/drydock.args" "--log-dir /media/drydock/logs"
	not_called "mount -t vfat -o rw,nosuid,nodev,noexec,umask=022,flush,tz=UTC /dev/sdb"
	called "umount /media/other"
}

# Media without a repository, or with an empty folder, hide no other.
repo_order() {
	stick sda
	mkdir -p "$ROOT/content/sda1/repo"
	: >"$ROOT/content/sda1/repo/head.json"
	for _disk in sdb sdc; do
		disk "$_disk" "pci0000:00/usb3/3-$_disk/host-$_disk" 1
		fat "$_disk" DRYDOCK
	done
	disk sdd "pci0000:00/usb3/3-4/host10" 1
	fat sdd KEYS
	: >"$ROOT/content/sdd/repo/head.json"
	[ -z "$1" ] || : >"$ROOT/content/$1/repo/head.json"
	boot
	holds "$ROOT/drydock.args" "--repo $2/repo"
	said "The repository is on /dev/$3."
	not_called "/dev/sdd /media"
}

# This server's file alone counts; the one of another is not read.
server_settings_first() {
	stick sda 'drydock.mode=shell\n'
	mkdir -p "$ROOT/content/sda3/servers"
	printf 'drydock.mode=inventory\ndrydock.bad=1\n' >"$ROOT/content/sda3/servers/CZ31.conf"
	printf 'drydock.mode=shell\n' >"$ROOT/content/sda3/servers/CZ31X.conf"
	boot
	said "Settings: servers/CZ31.conf on /dev/sda3."
	said 'servers/CZ31.conf: "drydock.bad=1" is not a setting'
	holds "$ROOT/drydock.args" "inventory"
}

# The file for all on the FAT goes before the one for this server in the ISO: it was put there last.
fat_settings_before_iso() {
	stick sda 'drydock.mode=inventory\n'
	mkdir -p "$ROOT/content/sda1/servers"
	printf 'drydock.mode=shell\n' >"$ROOT/content/sda1/servers/CZ31.conf"
	boot
	said "Settings: drydock.conf on /dev/sda3."
	holds "$ROOT/drydock.args" "inventory"
}

iso_settings() {
	disk sr0 "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0" 1
	iso sr0 abc123
	mkdir -p "$ROOT/content/sr0/servers"
	printf 'drydock.mode=shell\n' >"$ROOT/content/sr0/drydock.conf"
	printf 'drydock.mode=inventory\n' >"$ROOT/content/sr0/servers/CZ31.conf"
	boot
	said "Settings: servers/CZ31.conf on /dev/sr0."
	holds "$ROOT/drydock.args" "inventory"
}

# Windows ends lines with CR LF; the secret is nobody else's, and is in no log.
ilo_login() {
	stick sda 'drydock.mode=inventory\n'
	printf 'user=admin\r\npassword=s e#cret\r\n' >"$ROOT/content/sda3/ilo-login.txt"
	boot
	said "Login for the iLO: ilo-login.txt on /dev/sda3."
	holds "$ROOT/drydock.args" "--ilo-login /run/drydock/ilo-login"
	equal "$(cat "$ROOT/run/drydock/ilo-login")" "$(printf 'user=admin\npassword=s e#cret')"
	equal "$(stat -c %a "$ROOT/run/drydock/ilo-login")" 600
	! grep -rqF 's e#cret' "$ROOT/run/drydock/log" "$ROOT/dev/tty0" || fail "the password is told"
}

ilo_login_of_server() {
	stick sda 'drydock.mode=inventory\n'
	mkdir -p "$ROOT/content/sda3/servers"
	echo 'user=all' >"$ROOT/content/sda3/ilo-login.txt"
	echo 'user=one' >"$ROOT/content/sda3/servers/CZ31.ilo-login.txt"
	boot
	equal "$(cat "$ROOT/run/drydock/ilo-login")" 'user=one'
}

no_ilo_login() {
	stick sda 'drydock.mode=inventory\n'
	boot
	holds_not "$ROOT/drydock.args" "ilo-login"
}

journal_file() {
	stick sda 'drydock.mode=auto\n'
	: >"$ROOT/content/sda3/repo/head.json"
	printf 'not a journal' >"$ROOT/dev/sda4"
	boot
	holds "$ROOT/drydock.args" "--journal /media/drydock/DRYDOCK.JNL"
	said "/dev/sda4 should be the journal"
}

journal_half_damaged() {
	stick sda 'drydock.mode=auto\n'
	: >"$ROOT/content/sda3/repo/head.json"
	truncate -s 0 "$ROOT/dev/sda4"
	truncate -s 8388608 "$ROOT/dev/sda4"
	printf 'DRYDOCKJ' >>"$ROOT/dev/sda4"
	boot
	holds "$ROOT/drydock.args" "--journal /dev/sda4"
}

journal_protected() {
	stick sda 'drydock.mode=auto\n'
	: >"$ROOT/content/sda3/repo/head.json"
	write_protect sda4
	boot
	holds "$ROOT/drydock.args" "--journal /media/drydock/DRYDOCK.JNL"
}

# The laws.

server_disks_untouched() {
	disk nvme0n1 "pci0000:00/0000:00:03.0/nvme/nvme0" 0
	iso nvme0n1 abc123
	disk sda "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0" 0 1 3 4
	iso sda1 abc123
	fat sda3 DRYDOCK 'drydock.mode=auto\n'
	printf 'DRYDOCKJ' >"$ROOT/dev/sda4"
	stick sdb
	boot
	said "The boot medium is /dev/sdb1."
	not_called /dev/nvme0n1
	not_called /dev/sda
}

only_server_disks() {
	disk sda "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0" 0 1 3 4
	iso sda1 abc123
	fat sda3 DRYDOCK
	boot
	not_called /dev/sda
	said "The boot medium was not found in 30 s"
	said "LOGS ARE KEPT IN RAM ONLY"
}

overdue_stays_on() {
	stick sda 'drydock.mode=auto\ndrydock.poweroff=yes\ndrydock.reboot=yes\n'
	: >"$ROOT/content/sda3/repo/head.json"
	echo 9 >"$ROOT/exit"
	boot
	prompted
	called "setsid -c /lib/drydock/prompt auto 9"
	said "DO NOT POWER OFF"
	holds "$(log_of sda3)/result" "exit=9"
}

dead_serial_line() {
	# boot() has a ttyS0 that nobody reads; what is on the screen came past it.
	stick sda 'drydock.poweroff=yes'
	boot
	said "Now: poweroff."
}

# Media.

cd_and_other() {
	disk sr0 "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0" 1
	iso sr0 abc123
	disk sdb "pci0000:00/usb3/3-1/host7" 1
	fat sdb DRYDOCK 'drydock.mode=auto\ndrydock.poweroff=yes\n'
	: >"$ROOT/content/sdb/repo/head.json"
	boot
	said "The boot medium is /dev/sr0."
	drydock_got "apply --console /dev/ttyS0 --console /dev/tty0 --repo /media/other/repo --trust /etc/drydock/trust --log-ram /run/drydock/log --medium-file /run/drydock/medium --log-dir /media/other/logs/CZ31-20261122T174500Z --yes --auto --ram-dir /tmp/drydock-store --reboot-file /run/drydock/reboot-planned --journal /media/other/DRYDOCK.JNL --boot-medium /dev/sr0"
	holds "$(log_of sdb)/result" "exit=0"
	before "umount /media/other" poweroff
}

cd_alone() {
	disk sr0 "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0" 1
	iso sr0 abc123
	mkdir -p "$ROOT/content/sr0/repo"
	: >"$ROOT/content/sr0/repo/head.json"
	kernel_line drydock.mode=auto
	boot
	said "LOGS ARE KEPT IN RAM ONLY (no writable medium)"
	said "THE LOGS ARE IN RAM ONLY: $ROOT/run/drydock/log."
	holds "$ROOT/drydock.args" "--log-ram /run/drydock/log"
	holds_not "$ROOT/drydock.args" --log-dir
	holds_not "$ROOT/drydock.args" --journal
	holds "$ROOT/run/drydock/log/result" "exit=0"
}

read_only_stick() {
	stick sda 'drydock.mode=inventory\n'
	for _dev in sda sda1 sda2 sda3 sda4; do write_protect "$_dev"; done
	boot
	holds "$ROOT/drydock.args" "inventory"
	said "The FAT partition of the boot medium cannot be written."
	said "LOGS ARE KEPT IN RAM ONLY"
	[ ! -e "$ROOT/content/sda3/medium.id" ] || fail "a write-protected medium was written"
}

read_only_stick_and_other() {
	stick sda 'drydock.mode=auto\n'
	for _dev in sda sda1 sda2 sda3 sda4; do write_protect "$_dev"; done
	: >"$ROOT/content/sda3/repo/head.json"
	stick sdb 'drydock.mode=shell\n'
	iso sdb1 other-build
	boot
	said "/dev/sdb1 is the medium of another build of Drydock (other-build): not used."
	holds "$ROOT/drydock.args" "--repo /media/drydock/repo"
	holds "$ROOT/drydock.args" "--journal /dev/sdb4"
	holds "$ROOT/drydock.args" "--log-dir /media/other/logs"
}

fat_full() {
	stick sda 'drydock.poweroff=yes'
	: >"$ROOT/fat-full"
	boot
	said "LOGS ARE KEPT IN RAM ONLY (the medium is full or does not take writes)"
	holds "$ROOT/run/drydock/log/result" "exit=0"
	called poweroff
}

fat_broken() {
	stick sda
	echo vfat: >"$ROOT/fail-mount"
	boot
	said "The FAT partition /dev/sda3 of the boot medium cannot be mounted."
	said "LOGS ARE KEPT IN RAM ONLY"
}

folder_exists() {
	stick sda
	mkdir -p "$(log_of sda3)" "$(log_of sda3)-2"
	boot
	holds "$(log_of sda3)-3/result" "exit=0"
}

serial_names() {
	for _pair in "CZ 3/1=CZ31" "=unknown" "..=unknown" '$(reboot)=reboot' "a.b_c-d=a.b_c-d"; do
		printf '%s\n' "${_pair%=*}" >"$ROOT/sys/class/dmi/id/product_serial"
		equal "$(in_init serial)" "${_pair##*=}"
	done
	rm "$ROOT/sys/class/dmi/id/product_serial"
	equal "$(in_init serial)" unknown
	printf '%0100d\n' 7 >"$ROOT/sys/class/dmi/id/product_serial"
	equal "$(in_init serial | wc -c | tr -d ' ')" 65
}

late_medium() {
	cat >"$ROOT/on-second-12" <<-'LATER'
		. "$top/tests/init/machine.sh"
		stick sdc
		echo usb:v1234 >"$ROOT/sys/devices/modalias"
	LATER
	boot
	said "Waiting for the boot medium (5 of at most 30 s) ..."
	said "The boot medium is /dev/sdc1."
	called "modprobe -a -q usb:v1234"
}

two_media() {
	stick sda
	stick sdb
	boot
	said "The boot medium is /dev/sda1."
	said "/dev/sdb1 is a boot medium of the same build, too: /dev/sda is the one that is used."
	called "mount -t vfat -o ro,nosuid,nodev,noexec,umask=022,tz=UTC /dev/sdb3 /media/other"
	holds "$(log_of sda3)/result" "exit=0"
	[ ! -d "$(log_of sdb3)" ] || fail "the other one was written, too"
}

other_build_only() {
	stick sda
	iso sda1 another
	boot
	said "/dev/sda1 is the medium of another build of Drydock (another): not used."
	equal "$(grep -c 'another build' "$ROOT/dev/tty0")" 1
	said "The boot medium was not found in 30 s"
}

# Starting up.

coldplug_passes() {
	stick sda
	mkdir -p "$ROOT/sys/devices/pci0"
	echo pci:v1 >"$ROOT/sys/devices/pci0/modalias"
	cat >"$ROOT/on-modprobe" <<-'FOUND'
		mkdir -p "$ROOT/sys/devices/pci0/usb1"
		echo usb:v2 >"$ROOT/sys/devices/pci0/usb1/modalias"
		echo pci:v1 >"$ROOT/sys/devices/pci0/usb1/again_modalias"
	FOUND
	boot
	equal "$(grep -c '^modprobe -a' "$ROOT/calls")" 1
	called "modprobe -a -q pci:v1 usb:v2"
}

coldplug_second_pass() {
	stick sda
	: >"$ROOT/etc/drydock/modules"
	mkdir -p "$ROOT/sys/devices/pci0"
	echo pci:v1 >"$ROOT/sys/devices/pci0/modalias"
	cat >"$ROOT/on-modprobe" <<-'FOUND'
		mkdir -p "$ROOT/sys/devices/pci0/usb1"
		echo usb:v2 >"$ROOT/sys/devices/pci0/usb1/modalias"
	FOUND
	boot
	equal "$(grep '^modprobe' "$ROOT/calls")" "modprobe -a -q pci:v1
modprobe -a -q usb:v2"
}

settles() {
	stick sda
	mkdir -p "$ROOT/sys/class/nvme/nvme0"
	echo connecting >"$ROOT/sys/class/nvme/nvme0/state"
	echo 'echo live >"$ROOT/sys/class/nvme/nvme0/state"' >"$ROOT/on-second-9"
	boot
	equal "$(cut -d . -f 1 "$ROOT/proc/uptime")" 10
}

not_unpacked() {
	stick sda
	rm "$ROOT/etc/drydock/unpacked"
	kernel_line "$1"
	boot
	said "THE SYSTEM DID NOT UNPACK WHOLE: this machine has 292 MB of RAM"
	[ ! -e "$ROOT/drydock.args" ] || fail "drydock was started"
	called "$2"
}

module_lost() {
	rm "$ROOT/lib/modules/6/kernel/sg.ko"
	boot
	said "THE SYSTEM DID NOT UNPACK WHOLE"
}

drydock_missing() {
	stick sda 'drydock.poweroff=success'
	rm "$ROOT/usr/sbin/drydock"
	boot
	said "The program drydock is missing"
	holds "$(log_of sda3)/result" "exit=64"
	prompted
}

drydock_crashes() {
	stick sda 'drydock.poweroff=success'
	echo 139 >"$ROOT/exit"
	boot
	said "drydock: what drydock printed"
	said "Result: exit 139, an internal error."
	prompted
}

startup_fails() {
	echo proc: >"$ROOT/fail-mount"
	mkdir -p "$ROOT/run/drydock/log"
	! run_init || fail "succeeded"
	called "setsid -c /lib/drydock/prompt"
}

shell_asked() {
	stick sda 'drydock.mode=shell\ndrydock.poweroff=yes\n'
	boot
	called "setsid -c /lib/drydock/prompt shell 0"
	[ ! -e "$ROOT/drydock.args" ] || fail "drydock was started"
	not_called poweroff
	power_off
	holds "$(log_of sda3)/boot.log" "Shell, as asked."
	told "It is safe to remove the medium."
	called "umount /media/drydock"
}

delay_is_told() {
	stick sda 'drydock.delay=25\n'
	boot
	said "Starting in 25 s."
	said "Starting in 15 s."
	said "Starting in 5 s."
}

busy_medium() {
	stick sda 'drydock.poweroff=yes\n'
	echo /media/drydock >"$ROOT/fail-umount"
	echo remount,ro >"$ROOT/fail-mount"
	boot
	said "The medium is still in use: do not remove it."
}

busy_but_read_only() {
	stick sda 'drydock.poweroff=yes\n'
	echo /media/drydock >"$ROOT/fail-umount"
	boot
	called "mount -o remount,ro /media/drydock"
	said "It is safe to remove the medium."
}

# prompt_with STATUS ANSWERS: the prompt, with those typed; the commands it starts are noted.
prompt_with() {
	mkdir "$ROOT/bin"
	for _command in reboot poweroff sleep; do
		printf '#!/bin/sh\necho %s >>"%s/calls"\n' "$_command" "$ROOT" >"$ROOT/bin/$_command"
		chmod 755 "$ROOT/bin/$_command"
	done
	# At the end of input it would wait for ever.
	printf '#!/bin/sh\n[ "$1" = 5 ] && kill $PPID\n' >"$ROOT/bin/sleep"
	printf '%b' "$2" | PATH=$ROOT/bin:$PATH $shell "$ROOT/lib/drydock/prompt" auto "$1" \
		>"$ROOT/dev/tty0" 2>/dev/null || true
}

prompt_power() {
	prompt_with 0 'x\np\n'
	called poweroff
	not_called reboot
}

prompt_overdue_no() {
	prompt_with 9 'p\nno\n'
	said "A device may still be writing."
	not_called poweroff
}

prompt_overdue_yes() {
	prompt_with 9 'r\nyes\n'
	called reboot
}

# shellcheck source=tests/init/watch.sh
. "$here/watch.sh"

rows settings settings_row
rows external external_row
rows action action_row
case_of "serial numbers as folder names" serial_names
case_of "a stick: inventory, logs, power off" stick_inventory
case_of "a medium keeps its id" medium_keeps_its_id
case_of "a dry run is the default" dryrun_is_default
case_of "a dry run without a repository is an inventory" dryrun_without_repo
case_of "auto: the whole command line" auto_arguments
case_of "resume: the whole command line" resume_arguments
case_of "journals of other media" other_journals_told auto
case_of "journals of other media, to resume" other_journals_told resume
case_of "a reboot in the plan" planned_reboot no 1
case_of "a reboot in the plan before the power off" planned_reboot yes 1
case_of "a reboot in the plan, some steps failed" planned_reboot success 8
case_of "a reboot in the plan, but a write is overdue" planned_reboot_overdue
case_of "a reboot instead of a power off that would lose a capsule" no_poweroff_with_a_capsule \
	'drydock.poweroff=yes\n' called
case_of "a capsule that waits, and a prompt" no_poweroff_with_a_capsule '' not_called
case_of "power off before a result is proven" outcome 'drydock.poweroff=yes\n' 1 \
	"IT IS NOT PROVEN YET: start from this medium once more"
case_of "a reboot that nobody arranged" outcome 'drydock.reboot=yes\n' 1 \
	"IT IS NOT PROVEN YET: start from this medium once more"
case_of "a result that a reboot would prove" outcome '' 1 "becomes active with a reboot."
case_of "an interrupted run" outcome '' 10 "Start from this medium again in mode auto or resume"
case_of "auto without a repository is not a success" auto_without_repo
case_of "a repository on the ISO" repo_on_iso
case_of "a repository on another medium" repo_on_other
case_of "a repository on the FAT goes first" repo_order sda3 /media/drydock sda3
case_of "one on another medium goes before the ISO" repo_order sdb /media/other sdb
case_of "one on a third medium is found" repo_order sdc /media/more/sdc sdc
case_of "the one in the ISO when there is no other" repo_order "" /media/boot sda1
case_of "settings of this server" server_settings_first
case_of "settings on the FAT go before the ISO's" fat_settings_before_iso
case_of "settings in the ISO of a CD" iso_settings
case_of "a login for the iLO" ilo_login
case_of "the login of this server" ilo_login_of_server
case_of "no login for the iLO" no_ilo_login
case_of "a journal partition that is not one: a file" journal_file
case_of "half of the journal partition damaged: the partition" journal_half_damaged
case_of "a write-protected journal partition: a file" journal_protected
case_of "the server's own disks are not even read" server_disks_untouched
case_of "the same when nothing else is there" only_server_disks
case_of "an overdue write: no power off, no reboot" overdue_stays_on
case_of "a serial line that nobody reads" dead_serial_line
case_of "a CD with another medium" cd_and_other
case_of "a CD alone: logs in RAM" cd_alone
case_of "a write-protected stick" read_only_stick
case_of "a write-protected stick with another medium" read_only_stick_and_other
case_of "a full FAT" fat_full
case_of "a FAT that does not mount" fat_broken
case_of "a log folder of that name is there" folder_exists
case_of "a medium that appears late" late_medium
case_of "two media of one build" two_media
case_of "only a medium of another build" other_build_only
case_of "coldplug loads each alias once" coldplug_passes
case_of "coldplug goes on with what drivers bring" coldplug_second_pass
case_of "waits for NVMe controllers" settles
case_of "not unpacked: a prompt" not_unpacked drydock.mode=auto "setsid -c /lib/drydock/prompt"
case_of "not unpacked: power off as asked" not_unpacked "drydock.mode=auto drydock.poweroff=yes" poweroff
case_of "a module is missing" module_lost
case_of "drydock is missing" drydock_missing
case_of "drydock crashes" drydock_crashes
case_of "starting up fails: a prompt" startup_fails
case_of "shell mode" shell_asked
case_of "a delay" delay_is_told
case_of "the prompt powers off" prompt_power
case_of "the prompt asks again after an overdue write" prompt_overdue_no
case_of "the prompt can be told yes" prompt_overdue_yes
case_of "a medium that stays in use" busy_medium
case_of "a medium that can only be made read-only" busy_but_read_only
watch_cases
