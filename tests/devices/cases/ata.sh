# SPDX-License-Identifier: GPL-3.0-or-later
#
# A SATA disk of QEMU behind the unmodified libata: it has no DOWNLOAD MICROCODE command. What it is
# and runs is asked of the drive itself, by ATA PASS-THROUGH; its component is left alone with the
# reason, nothing is written. Updates that succeed are tried on a double at the level of SG_IO only
# (tests/unit/test_ata.c): no emulated disk takes firmware.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034

ata_server() {
	truncate -s 16M "$dir/disk"
	# shellcheck disable=SC2046
	server_boot "$patience" 'drydock.mode=auto drydock.poweroff=yes' $(lab_qemu_args) \
		-drive "if=none,id=disk,format=raw,file=$dir/disk" \
		-device 'ide-hd,bus=ide.0,drive=disk,serial=SATA1,model=LAB SATA DISK,ver=3.7'
	server_ended
	powered_off
	cmp -s "$dir/disk" "$work/zeros" || fail "something was written to the disk"
	for text in '"Id": "drive:SATA1"' '"Version": "3.7"' '"drive.protocol": "SATA"' \
		'"drive-model:LAB SATA DISK"' 'the drive has no DOWNLOAD MICROCODE command'; do
		logged inventory-before.json "$text"
	done
	logged plan.json NOT_UPDATEABLE
	! grep -q '"state": *"writing"' "$logs/report.json" || fail "a step was begun"
}

truncate -s 16M "$work/zeros"
head -c 65536 /dev/urandom >"$work/fw"
repo_new
repo_add "$work/fw" --id sata-9.9 --version 9.9 --scheme dotted --target 'drive-model:LAB SATA DISK' \
	--backend ata --class drive --proof ata.rev=9.9 --activation none --expected-seconds 10
stick_of "$work/stick.img"
server 'a SATA disk that takes no firmware is known by what it says itself, and left alone' ata_server
