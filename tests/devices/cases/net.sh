# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034
#
# Network cards by devlink: netdevsim with firmware that changes (tests/lab/netdevsim.sh), four in
# one server. One is updated, activated by a reload and proven; one refuses the image in words of
# its own; one answers success and does nothing, which reading it back finds out; one does not
# reload, and waits for a reboot.

# net_image VERSION BYTES: an image for netdevsim, $work/VERSION.
net_image() {
	printf 'NSIM-FW %s\n' "$1" >"$work/$1"
	openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c "$2" >>"$work/$1"
}

# net_component NUMBER VERSION: for netdevsimNUMBER alone, by its fixed board.id.
net_component() {
	net_image "$2" 700000
	repo_add "$work/$2" --id "nsim$1-$2" --version "$2" --scheme dotted --backend devlink \
		--class nic --target "devlink:netdevsim:board.id=NSIM$1" \
		--proof "devlink.fw.mgmt=$2" --activation device-reset --expected-seconds 10
}

# net_start: what the server does before drivers are looked for.
net_start() {
	cat <<'START'
mkdir -p /sys/kernel/debug
mount -t debugfs debugfs /sys/kernel/debug || exit 1
for id in 10 11 12 13; do
	echo "$id 1" >/sys/bus/netdevsim/new_device || exit 1
	echo 1 >/sys/kernel/debug/netdevsim/netdevsim$id/fw_chunk_ms || exit 1
done
echo 1 >/sys/kernel/debug/netdevsim/netdevsim11/fw_refuse
echo 1 >/sys/kernel/debug/netdevsim/netdevsim12/fw_silent
echo 1 >/sys/kernel/debug/netdevsim/netdevsim13/dont_allow_reload
START
}

# net_received NUMBER VERSION: the driver got the payload, byte for byte.
net_received() {
	_sum=$(sha256sum <"$work/$2" | cut -c 1-64)
	_line="netdevsim netdevsim$1: flash: $(stat -c %s "$work/$2") bytes, sha256 $_sum"
	logged dmesg.txt "$_line"
}

# net_ended NUMBER STATE VERSION: what the report says of it, and what it was read to run.
net_ended() {
	perl -MJSON::PP -e '
		my ($device, $state, $found) = splice @ARGV, 0, 3;
		my $report = decode_json(join "", <>);
		exit !grep { $_->{device} eq $device && $_->{state} eq $state && $_->{found} eq $found }
			@{ $report->{steps} };
	' "nic:netdevsim/netdevsim$1" "$2" "$3" "$logs/report.json" ||
		fail "netdevsim$1 did not end as $2, running $3"
}

four_cards() {
	# shellcheck disable=SC2046
	server_boot "$patience" 'drydock.mode=auto drydock.poweroff=yes' $(lab_qemu_args)
	server_ended
	powered_off
	ended 8
	for _number in 10 11 12 13; do
		net_received "$_number" "20.0.$_number"
	done
	net_ended 10 verified 20.0.10
	net_ended 11 failed 10.20.30
	logged report.json 'the image is signed for another board'
	net_ended 12 failed 10.20.30
	logged report.json 'it took the update without an error, but devlink.fw.mgmt reads'
	net_ended 13 needs-reboot 10.20.30
	# What the driver told of its progress, and the version that waits.
	grep -q 'Flash select (up to 81 s)' "$logs"/trace-*.jsonl || fail "no status is in a trace"
	logged inventory-after.json '"devlink.stored.fw.mgmt": "20.0.13"'
}

repo_new
net_component 10 20.0.10
net_component 11 20.0.11
net_component 12 20.0.12
net_component 13 20.0.13
stick_of "$work/stick.img"
if module=$("$top/tests/lab/netdevsim.sh") &&
	lab_kernel "$work/more" psample macsec udp_tunnel ip6_udp_tunnel; then
	overlay_module "$module" "$work/more"
	net_start >"$work/more/start"
	overlay_make "$work/more.cpio" "$work/more"
	LAB_OVERLAY=$work/more.cpio
	server 'four network cards by devlink: one proven, one refuses, one lies, one waits for a reboot' four_cards
else
	skip 'network cards by devlink' 'netdevsim cannot be built'
fi
