# SPDX-License-Identifier: GPL-3.0-or-later
#
# An iLO behind the unmodified hpilo.ko and behind its USB network card, in the image as it ships. A
# reset of it takes the channels, the card and the virtual media away, and brings them back.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# shellcheck source=tests/lab/ilo.sh
. tests/lab/ilo.sh

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

repo_new
stick_of "$work/stick.img"
ilo_guest "$work/more"
overlay_make "$work/more.cpio" "$work/more"
LAB_OVERLAY=$work/more.cpio
server 'hpilo.ko and a USB network card reach an iLO, before its reset and after it' ilo_server
