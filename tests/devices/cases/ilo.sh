# SPDX-License-Identifier: GPL-3.0-or-later
#
# An iLO behind the unmodified hpilo.ko and behind its USB network card, in the image as it ships. A
# reset of it takes the channels, the card and the virtual media away, and brings them back. The
# second server is started by its firmware from a virtual CD.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# shellcheck source=tests/lab/ilo.sh
. tests/lab/ilo.sh
# shellcheck source=tests/lab/machine.sh
. tests/lab/machine.sh

# What the guest does: SMIF command 0002h (status) by the shell, one write and one read a packet, and
# a request over the network card.
ilo_guest() {
	mkdir -p "$1"
	cat >"$1/start" <<'START'
exec >/dev/console 2>&1
# In a shell of its own: one that cannot open a file for exec ends.
packet() (
	exec 3<>/dev/hpilo/d0ccb9
	printf '\010\000\001\000\002\000\000\000' >&3
	dd bs=4096 count=1 <&3 2>/dev/null | od -An -v -tx1 | head -n 1 | sed "s/^/lab: $1 packet/"
)
for module in hpilo xhci_pci cdc_ether usb_storage sr_mod; do modprobe $module; done
card() {
	seconds=30
	until [ -e /sys/class/net/usb0 ] || [ $seconds -eq 0 ]; do seconds=$((seconds - 1)); sleep 1; done
	ip link set usb0 up && ip addr add 16.1.15.2/30 dev usb0
	wget -T 10 -q -O - --no-check-certificate https://16.1.15.1/redfish/v1 | tr ',' '\n' |
		grep -o '"RedfishVersion":.*' | sed "s/^/lab: $1 card /"
}
packet first
card first
echo 'lab: now'
while [ -e /sys/class/net/usb0 ]; do sleep 1; done
echo 'lab: gone'
until packet second; do sleep 1; done
card second
poweroff -f
START
}

ilo_server() {
	ilo_key "$dir/ilo"
	ilo_start "$dir/ilo" --takes-media --speed 20 || fail "the iLO did not start"
	# shellcheck disable=SC2046
	server_boot "$patience" '' $(lab_qemu_args) $(ilo_qemu_args "$dir/ilo")
	await 'lab: now'
	ilo_ask "$dir/ilo" http POST /redfish/v1/Managers/1/Actions/Manager.Reset '{}' || fail "no reset"
	server_ended
	powered_off
	ilo_stop "$dir/ilo"
	# An answer of 100 bytes, sequence 1, command 8002h, service 0.
	for _text in 'first packet 64 00 01 00 02 80 00 00' 'first card "RedfishVersion":' 'gone' \
		'second packet 64 00 01 00 02 80 00 00' 'second card "RedfishVersion":'; do
		said "lab: $_text"
	done
	# As reports from the field have it.
	said 'hpilo 0000:01:00.0: Open could not dequeue a packet'
	said 'hpilo 0000:01:00.0: Closing, but controller still active'
	said 'usb 2-1: USB disconnect'
}


# ilo_image FILE NAME VERSION: firmware as the model takes it (tests/lab/ilo/flash.c).
ilo_image() {
	{
		printf 'LABFW %s|%s\n' "$2" "$3"
		head -c 3000000 /dev/urandom
	} >"$work/$1"
}

# ilo_component FILE ID VERSION SCHEME TARGET PROOF OPTION...
ilo_component() {
	_file=$1 _id=$2 _version=$3 _scheme=$4 _target=$5 _proof=$6
	shift 6
	repo_add "$work/$_file" --id "$_id" --version "$_version" --scheme "$_scheme" \
		--target "hpe-target:$_target" --backend ilo-redfish --proof "$_proof=$_version" \
		--expected-seconds 60 "$@"
}

# One for each way: the iLO itself, what it writes and the next start activates (type B), and what
# waits in its repository until the firmware of the server writes it (type C).
ilo_components() {
	ilo_image ilo iLO '3.08 Jul 31 2024'
	ilo_image rom 'System ROM' 'U30 v2.90 (01/01/2024)'
	ilo_image power 'Power Management Controller Firmware' 1.0.9
	ilo_component power lab-power 1.0.9 dotted 2e6c4f9c-3c4f-4d2c-8a5e-6d3b70a40202 \
		redfish.version --class other
	ilo_image cpld 'System Programmable Logic Device' 0x2B
	ilo_component ilo lab-ilo 3.08 dotted 4764a662-b342-4fc7-9ce9-258c5d99e815 bmc.version \
		--class bmc
	ilo_component rom lab-rom 'U30 v2.90 (01/01/2024)' hpe-rom \
		00000000-0000-0000-0000-000001553330 redfish.version --class system-rom \
		--activation reboot
	ilo_component cpld lab-cpld 0x2B alphanum a6fc96b3-8f4d-4b8b-9c11-2f4f1d1d0101 \
		redfish.version --class other --activation reboot --flag ilo-uefi
}

# ilo_media: a virtual CD with everything, and a virtual key for logs, the journal and the login.
ilo_media() {
	printf 'drydock.mode=auto\ndrydock.poweroff=yes\ndrydock.skip=lab-power\n' >"$work/conf"
	"$fwrepo" media --base "$lab_build/drydock.iso" --kind iso --out "$work/cd.iso" \
		--trust "$work/trust" --repo "$work/repo" --conf "$work/conf" >/dev/null
	truncate -s 64M "$dir/stick.img"
	mkfs.vfat -n DRYDOCK "$dir/stick.img" >/dev/null
	printf 'user=Administrator\r\npassword=lab-password\r\n' >"$dir/login"
	mcopy -i "$dir/stick.img" "$dir/login" ::ilo-login.txt
}

# ilo_runs NAME VERSION FILE: and what it was flashed with is that file.
ilo_runs() {
	_got=$(ilo_ask "$dir/ilo" version "$1")
	[ "$_got" = "$2" ] || fail "$1 is \"$_got\", not \"$2\""
	[ "$(ilo_ask "$dir/ilo" flashed "$1")" = "$(sha256sum <"$work/$3" | cut -c 1-64)" ] ||
		fail "$1: something else was flashed than the payload"
}

# ilo_step COMPONENT FOUND: verified, in the report of the last boot.
ilo_step() {
	_got=$(perl -MJSON::PP -0777 -ne '
		for (@{decode_json($_)->{steps}}) {
			print "$_->{state} $_->{found}" if $_->{component} eq "'"$1"'"
		}' "$logs/report.json")
	[ "$_got" = "verified $2" ] || fail "$1: the report says: $_got"
}

ilo_whole() {
	ilo_media
	LAB_BOOTINDEX=3
	ilo_key "$dir/ilo"
	ilo_cd "$dir/ilo" "$work/cd.iso"
	# Fast enough for a test, and slow enough that a poll sees the end of the flash coming.
	ilo_start "$dir/ilo" --takes-media --speed 3 || fail "the iLO did not start"
	# shellcheck disable=SC2046
	machine_uefi "$((patience * 2))" $(lab_qemu_args) $(ilo_qemu_args "$dir/ilo")
	server_ended
	powered_off
	mkdir -p "$dir/logs"
	mcopy -s -n -m -i "$dir/stick.img" '::logs/*' "$dir/logs" </dev/null
	logs=$(find "$dir/logs" -mindepth 1 -maxdepth 1 | sort | tail -n 1)
	_first=$(find "$dir/logs" -mindepth 1 -maxdepth 1 | sort | head -n 1)
	ended 0
	said 'goes on after its reboot (boot 2 of it)'
	ilo_runs iLO '3.08 Jul 31 2024' ilo
	ilo_runs 'System ROM' 'U30 v2.90 (01/01/2024)' rom
	ilo_runs CPLD 0x2B cpld
	ilo_step lab-ilo 3.08
	ilo_step lab-rom 'U30 v2.90 (01/01/2024)'
	ilo_step lab-cpld 0x2B
	# The CD, the key and the card went and came back, and the first boot's log tells of it.
	[ "$(grep -c 'USB disconnect' "$_first/dmesg.txt")" = 3 ] || fail "not all three went"
	[ "$(grep -c 'USB Mass Storage device detected' "$_first/dmesg.txt")" = 4 ] ||
		fail "the media are not back"
	[ "$(grep -c " register 'cdc_ether'" "$_first/dmesg.txt")" = 2 ] || fail "the card is not back"
	grep -rqF lab-password "$dir/logs" && fail "the password is in a log"
	ilo_stop "$dir/ilo"
	[ "$(grep -cx restart "$dir/ilo/ilo.log")" = 1 ] || fail "the iLO did not restart once"
}

# ilo_allowed IMAGE: a stick of that repository whose policy lets a run open the way into an iLO.
ilo_allowed() {
	rm -rf "$work/trust"
	"$fwrepo" trust --key lab --key-dir "$work/keys" --out "$work/trust" --min-evidence emulator \
		--allow bmc-network --allow bmc-account >/dev/null &&
		"$fwrepo" media --base "$lab_build/drydock.iso" --out "$1" --trust "$work/trust" \
			--repo "$work/repo" >/dev/null
}

# Nobody has given a login and the card is switched off: the policy lets the run open the way for
# itself, and all of it is closed again. What is flashed at once needs neither restart nor reboot.
ilo_door() {
	# The stick is a virtual key: it goes with each restart, also with the last one.
	ilo_key "$dir/ilo"
	ilo_start "$dir/ilo" --takes-media --speed 5 --knob vnic-off=1 || fail "the iLO did not start"
	# shellcheck disable=SC2046
	server_boot "$((patience * 2))" 'drydock.mode=auto drydock.poweroff=yes drydock.only=lab-power' \
		$(lab_qemu_args) $(ilo_qemu_args "$dir/ilo")
	server_ended
	powered_off
	ended 0
	ilo_runs 'Power Management Controller Firmware' 1.0.9 power
	said "The iLO's virtual network card is switched on for this run"
	said 'The account that was made on the iLO is removed.'
	said "The iLO's virtual network card is off again, as it was."
	logged report.json setting:ilo-vnic
	ilo_stop "$dir/ilo"
	[ "$(grep -c '^account drydock-.* made' "$dir/ilo/ilo.log")" = 1 ] || fail "no account was made"
	[ "$(grep -c '^account drydock-.* removed' "$dir/ilo/ilo.log")" = 1 ] || fail "it is still there"
	grep '^virtual network card' "$dir/ilo/ilo.log" | tail -n 1 | grep -q off || fail "the card is on"
	[ "$(grep -cx restart "$dir/ilo/ilo.log")" = 2 ] || fail "the iLO did not restart twice"
}

# Gen12: no channel to the host, only the network card; the stick is a virtual key of the iLO's.
ilo_by_card() {
	ilo_key "$dir/ilo"
	printf 'user=Administrator\r\npassword=lab-password\r\n' >"$dir/login"
	mcopy -i "$fat" "$dir/login" ::ilo-login.txt
	ILO_NO_PCI=1
	ilo_start "$dir/ilo" --generation 7 --takes-media --speed 3 || fail "the iLO did not start"
	# shellcheck disable=SC2046
	server_boot "$((patience * 2))" 'drydock.mode=auto drydock.poweroff=yes drydock.only=lab-ilo' \
		$(lab_qemu_args) $(ilo_qemu_args "$dir/ilo")
	server_ended
	powered_off
	ILO_NO_PCI=
	ended 0
	ilo_runs iLO '3.08 Jul 31 2024' ilo
	said 'it reads 3.08'
	said 'THE MEDIUM IS GONE'
	said 'The medium is back'
	ilo_stop "$dir/ilo"
	grep -q '(local)' "$dir/ilo/ilo.log" && fail "something went over CHIF"
	[ "$(grep -cx restart "$dir/ilo/ilo.log")" = 1 ] || fail "the iLO did not restart once"
}

repo_new
stick_of "$work/stick.img"
ilo_guest "$work/more"
overlay_make "$work/more.cpio" "$work/more"
LAB_OVERLAY=$work/more.cpio
server 'hpilo.ko and a USB network card reach an iLO, before its reset and after it' ilo_server
rm -rf "$work/stick.img" "$work/repo" "$work/keys" "$work/trust"
LAB_OVERLAY=
repo_new
ilo_components
stick_of "$work/signed.img"
server 'from a virtual CD: the iLO itself, the system ROM and a CPLD in one run; its media go and come back' \
	ilo_whole
ilo_allowed "$work/stick.img"
server 'a card that is off and no login: the policy allows it, both are as before at the end' ilo_door
server 'an iLO 7, by its network card alone: itself; the stick goes and comes back' ilo_by_card
