# SPDX-License-Identifier: GPL-3.0-or-later
#
# A server whose firmware takes capsules. Source after lib.sh; fwsim/README.md tells the settings.
# shellcheck shell=sh
# top and lab_build are set by lib.sh.
# shellcheck disable=SC2154

# fwsim_rom DIR SETTING...: prints QEMU's options, to be used unquoted, for a card whose option ROM is
# the simulated firmware. Each SETTING is a line of settings, kept in DIR/fwsim.conf; it may be
# changed between two starts of QEMU. What the firmware says is in DIR/fwsim.log. `make lab` makes the
# ROM. The machine has to be started by UEFI (stick_firmware uefi); its state is in the variables.
fwsim_rom() {
	_dir=$1
	shift
	printf '%s\n' "$@" >"$_dir/fwsim.conf"
	printf '%s\n' "-device edu,romfile=$lab_build/lab/fwsim.rom" \
		"-fw_cfg name=opt/drydock/fwsim,file=$_dir/fwsim.conf" \
		"-chardev file,id=fwsim,path=$_dir/fwsim.log,append=on" \
		"-device isa-debugcon,iobase=0x402,chardev=fwsim"
}
