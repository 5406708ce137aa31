# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
#
# A whole server in one run: four NVMe drives, of which one needs a reset, one refuses the image and
# one lies, two SCSI drives, a network device and the system firmware, which wants a reboot in
# between. The functions of a captured DL380 Gen10 are beside them.
# shellcheck source=tests/lab/machine.sh
. tests/lab/machine.sh
# shellcheck source=tests/lab/fwsim.sh
. tests/lab/fwsim.sh

fleet='A1 X100
A2 Y200 commit_status=0x10b
B1 Z300 reject_image=1
B2 W400 commit_lie=1'

whole_components() {
	for _model in X100 Y200 Z300 W400; do
		many_component "$_model" 2.0 "$work/$_model" "$work/repo" 20 >/dev/null
	done
	for _model in scsi_debug scsi_debux; do
		head -c 300000 /dev/urandom >"$work/$_model"
		repo_add "$work/$_model" --id "lab-$_model" --version 0200 --scheme dotted --backend scsi \
			--class drive --target "drive-model:$_model" --proof scsi.rev=0200 \
			--activation device-reset --expected-seconds 10 --flag scsi-mode=e
	done
	{
		echo 'NSIM-FW 11.0'
		head -c 200000 /dev/urandom
	} >"$work/nic"
	repo_add "$work/nic" --id lab-nic --version 11.0 --scheme dotted --backend devlink --class nic \
		--target devlink:netdevsim --proof devlink.fw.mgmt=11.0 --activation device-reset \
		--expected-seconds 10
}

whole_rom=5f2d1c4e-8a3b-4d6f-9e10-44525944524f

whole_rom_component() {
	tests/lab/fwsim/mkcapsule.sh --version 131072 "$whole_rom" >"$work/rom"
	repo_add "$work/rom" --id lab-rom --version 131072 --scheme dotted --backend uefi-capsule \
		--class system-rom --target "guid:$whole_rom" --proof esrt.version=131072 \
		--activation reboot --expected-seconds 60
}

# step COMPONENT STATE FOUND [TEXT]: as the report of the last boot has it.
step() {
	_got=$(perl -MJSON::PP -0777 -ne '
		for (@{decode_json($_)->{steps}}) {
			print "$_->{state} $_->{found}\n$_->{text}\n" if $_->{component} eq "'"$1"'"
		}' "$logs/report.json")
	[ "$(echo "$_got" | sed -n 1p)" = "$2 $3" ] || fail "$1: the report says: $_got"
	[ -z "${4:-}" ] || case $_got in *"$4"*) ;; *) fail "$1 does not say: $4" ;; esac
}

# What each of them received, asked on this side: the drives' models, the kernel's log of the first
# boot, the firmware's console. (scsi_debug keeps nothing; its payload is compared in a unit test.)
whole_received() {
	for _name in A1 A2 B1 B2; do
		cmp -s "$work/$(many_model $_name)" "$dir/$_name/state/received.bin" ||
			fail "the drive $_name received other bytes than the payload"
	done
	written_once A1 A2 B1 B2
	_first=$(find "$dir/logs" -mindepth 1 -maxdepth 1 | sort | sed -n 1p)
	grep -q "flash: .* sha256 $(sha256sum <"$work/nic" | cut -c 1-64)" "$_first/dmesg.txt" ||
		fail "the network device received other bytes than the payload"
	# 32: the capsule's header, whose flags are the host's business
	_sum=$(tail -c +33 "$work/rom" | sha256sum | cut -c 1-64)
	[ "$(grep -c "capsule memory .* sha256 $_sum" "$dir/fwsim.log")" = 1 ] ||
		fail "the firmware received other bytes than the capsule, or not once"
}

whole_report() {
	step lab-X100-2.0 verified 2.0
	step lab-Y200-2.0 verified 2.0 'the new firmware runs, read back'
	step lab-Z300-2.0 failed 1.0 'does not accept this firmware image (NVMe status 107h'
	step lab-W400-2.0 failed 1.0 'nvme.fr reads "1.0", not "2.0"'
	step lab-scsi_debug verified 0200
	step lab-scsi_debux verified 0200
	step lab-nic verified 11.0
	step lab-rom verified 131072 'the new firmware runs, read back'
	logged report.html '</html>'
}

# Whoever gets the log folders can run them against the code: each step of each boot.
whole_replay() {
	for _logs in "$dir/logs"/*/; do
		_said=$("$drydock" replay "$_logs" --repo "$work/repo" 2>&1) ||
			fail "it is not replayed as it was recorded: $_said"
	done
	[ "$("$drydock" replay "$_first" --repo "$work/repo" | grep -c '^step .* same')" = 8 ] ||
		fail "not all steps were replayed"
}

whole_server() {
	printf 'drydock.mode=auto\ndrydock.poweroff=yes\n' | mcopy -o -i "$fat" - ::drydock.conf
	machine_pci dl380gen10 "$dir/pci"
	many_drives
	# shellcheck disable=SC2046
	set -- $(fwsim_rom "$dir" "entry guid=$whole_rom type=system version=65536")
	# shellcheck disable=SC2046,SC2086
	machine_uefi "$((patience * 2))" $(many_qemu_args) $machine_pci_args "$@"
	server_ended
	machine_stop
	powered_off
	ended 8
	said 'goes on after its reboot (boot 2 of it)'
	runs 2.0 A1 A2
	runs 1.0 B1 B2
	whole_received
	whole_report
	whole_replay
	grep -q '"pci:0000:.*' "$logs/inventory-before.json" || fail "there are no PCI functions"
	# The captured server's own functions are there, each once.
	for _ids in 14e4:1657 9005:028f 103c:3307; do
		grep -q "\"pci:$_ids\"" "$logs/inventory-before.json" || fail "no PCI function is $_ids"
	done
}

repo_new
whole_components
whole_rom_component
machine_overlay "$work/more.cpio" "$work/more"
overlay_iso "$work/more.cpio" "$work/iso" >/dev/null
stick_of "$work/stick.img" "$work/iso/drydock.iso"
server 'a whole server in one run: what was updated is proven, and what was not is told' whole_server
