# SPDX-License-Identifier: GPL-3.0-or-later
#
# A vendor's own flasher out of the signed repository, in the image as it ships: a dynamically linked
# program in its runtime sends the firmware to /dev/nvme0 by itself; what proves it is the drive's own
# Identify, read by the updater. One drive is given its firmware, another one's tool ends with an error,
# a third one's says that all is well and has done nothing.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# shellcheck source=tests/lab/tool.sh
. tests/lab/tool.sh

# The runtime has the flasher; what it is given is the firmware.
tool_runtime() {
	tool_build "$work/flasher" && tool_tree "$work/tree" "$work/flasher" &&
		tool_deb "$work/libc.deb" libc6 1.0 "$work/tree" &&
		"$fwrepo" runtime "$work/libc.deb" --repo "$work/repo" --id glibc \
			--file "/opt/flasher=$work/flasher" >/dev/null
}

# tool_component MODEL ARGUMENT...: version 2.0 for it; of whole blocks, which is what the flasher sends
tool_component() {
	_model=$1
	shift
	"$lab_build/lab/mkfw" --model "LAB NVME $_model" --version 2.0 --size 1503232 \
		--out "$work/$_model"
	repo_add "$work/$_model" --id "tool-$_model" --version 2.0 --scheme dotted --class drive \
		--target "nvme-model:LAB NVME $_model" --backend vendor-tool --proof nvme.fr=2.0 \
		--activation device-reset --expected-seconds 20 --tool-node '{node}' \
		--tool-runtime glibc --tool-exit hpe-linux --tool-arg /opt/flasher "$@"
}

tool_drives() {
	for _model in GOOD FAIL LIES; do
		lab_nvme_start "$dir/$_model" --model "LAB NVME $_model" --serial "$_model" \
			--version 1.0 --faults ns_mb=16 || fail "the drive $_model did not start"
	done
}

tool_server() {
	tool_drives
	LAB_MEMORY=2G
	# shellcheck disable=SC2046
	server_boot "$patience" 'drydock.mode=auto drydock.poweroff=yes' \
		$(lab_qemu_args "$dir/GOOD/nvme.sock" "$dir/FAIL/nvme.sock" "$dir/LIES/nvme.sock")
	server_ended
	LAB_MEMORY=
	powered_off
	said '(LAB NVME GOOD, S/N GOOD): verified, it reads 2.0'
	said "the vendor's tool ended with 3: flasher end. Read back: it runs 1.0."
	said '(LAB NVME LIES, S/N LIES): failed, it reads 1.0 [PROOF]'
	# What the tool said is in the logs.
	grep -rqF '1503232 bytes sent' "$logs" || fail 'the output of the tool is not in the logs'
	cmp "$dir/GOOD/state/received.bin" "$work/GOOD" || fail 'the drive has received other bytes'
	grep -qx 'running 2.0' "$dir/GOOD/state/state" || fail "the drive does not run its firmware"
	for _model in FAIL LIES; do
		grep -qx 'running 1.0' "$dir/$_model/state/state" || fail "the drive $_model was changed"
	done
	ended 8
}

if repo_new && tool_runtime && tool_component GOOD --tool-arg nvme --tool-arg '{node}' \
	--tool-arg '{payload}' && tool_component FAIL --tool-arg end --tool-arg '{node}' --tool-arg x \
	--tool-arg 3 && tool_component LIES --tool-arg end && stick_of "$work/stick.img"; then
	server "a vendor's flasher in its runtime: proven, failed, and caught lying" tool_server
else
	not_ok "a vendor's flasher: the stick could not be made"
fi
