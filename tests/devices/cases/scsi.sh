# SPDX-License-Identifier: GPL-3.0-or-later
#
# A SAS drive of the kernel's scsi_debug behind the unmodified sg driver: it takes WRITE BUFFER but
# keeps no image, so a watcher in the guest gives it the new revision when the kernel's log shows the
# activation (mode 0Fh). The update is proven by a live INQUIRY; what sysfs has stays old.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034

scsi_server() {
	# shellcheck disable=SC2046
	server_boot "$patience" 'drydock.mode=auto drydock.poweroff=yes' $(lab_qemu_args)
	server_ended
	powered_off
	ended 0
	for text in '"drive-model:scsi_debug"' '"scsi.rev": "0191"' '"drive.protocol": "SAS"'; do
		logged inventory-before.json "$text"
	done
	logged inventory-after.json '"scsi.rev": "0200"'
	logged report.json verified
	said 'lab: sysfs says 0191, INQUIRY 0200'
	# The last one of the image came before the activation, and all of it was sent: 3 x 32 KiB and
	# the rest, at offsets 0, 8000h, 10000h and 18000h (bytes 3 to 5 of the command).
	for command in '3b 0e 00 00 00 00 00 80 00 00' '3b 0e 00 00 80 00 00 80 00 00' \
		'3b 0e 00 01 00 00 00 80 00 00' '3b 0e 00 01 80 00 00 06 a0 00' \
		'3b 0f 00 00 00 00 00 00 00 00'; do
		said "lab: cmd $command"
	done
}

head -c 100000 /dev/urandom >"$work/fw"
lab_kernel "$work/more" scsi_debug
# 1: every command is told (drivers/scsi/scsi_debug.c, SDEBUG_OPT_NOISE)
echo 'dev_size_mb=8 opts=1' >"$work/more/modules/scsi_debug.args"
cat >"$work/more/start" <<'START'
cat /dev/kmsg 2>/dev/null | while read -r line; do
	case $line in
	*'cmd 3b 0'[0-9a-f]' '*) echo "lab: cmd ${line##*cmd }" >/dev/console ;;
	esac
	case $line in
	*'cmd 3b 0f '*)
		printf 0200 >/sys/module/scsi_debug/parameters/inq_rev
		for device in /sys/bus/scsi/devices/*/; do
			grep -q scsi_debug "$device/model" 2>/dev/null || continue
			echo "lab: sysfs says $(cat "$device/rev"), INQUIRY 0200" >/dev/console
		done
		;;
	esac
done &
START
overlay_make "$work/more.cpio" "$work/more"
LAB_OVERLAY=$work/more.cpio
repo_new
repo_add "$work/fw" --id scsi-0200 --version 0200 --scheme dotted --target drive-model:scsi_debug \
	--backend scsi --class drive --proof scsi.rev=0200 --activation none --expected-seconds 10 \
	--flag scsi-mode=e
stick_of "$work/stick.img"
server 'a SAS drive that scsi_debug emulates is updated, activated and proven by a live INQUIRY' \
	scsi_server
