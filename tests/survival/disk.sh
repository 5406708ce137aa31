# SPDX-License-Identifier: GPL-3.0-or-later
#
# A server's own disk, as a file: GPT with an EFI system partition, ext4, a member of an md RAID1, an
# LVM physical volume, and a FAT labelled DRYDOCK that is not ours. Nothing is mounted and no kernel
# is asked: the file systems by their own tools, the two superblocks by hand.
# shellcheck shell=sh
# shellcheck disable=SC2154

own_mib=$((1 << 20))

# put_number FILE OFFSET BYTES VALUE: little endian
put_number() {
	_i=0 _text='' _left=$4
	while [ "$_i" -lt "$3" ]; do
		_text="$_text\\$(printf %03o $((_left & 255)))"
		_left=$((_left >> 8)) _i=$((_i + 1))
	done
	# shellcheck disable=SC2059
	printf "$_text" | put_bytes "$1" "$2"
}

# put_bytes FILE OFFSET: from standard input
put_bytes() {
	dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# put_hex FILE OFFSET DIGITS
put_hex() {
	_text=$(printf %s "$3" | sed 's/../\\x&/g')
	# dash's printf knows octal escapes only.
	env printf "$_text" | put_bytes "$1" "$2"
}

# own_md FILE AT BYTES ROLE ARRAY: superblock 1.2, 4 KiB into the member: struct mdp_superblock_1 of
# the kernel's uapi header raid/md_p.h. Two members, of which this is number ROLE; ARRAY, a digit, is
# the end of the array's UUID.
own_md() {
	_at=$(($2 + 4096)) _sectors=$((($3 - own_mib) / 512))
	put_number "$1" $_at 4 $((0xa92b4efc)) # magic
	put_number "$1" $((_at + 4)) 4 1       # major version
	put_hex "$1" $((_at + 16)) "d05c0de5d05c0de5d05c0de5d05c0de$5" # set_uuid
	printf 'lab:0' | put_bytes "$1" $((_at + 32))
	put_number "$1" $((_at + 64)) 8 1767225600  # ctime
	put_number "$1" $((_at + 72)) 4 1           # level
	put_number "$1" $((_at + 80)) 8 $_sectors   # size of the array
	put_number "$1" $((_at + 92)) 4 2           # raid_disks
	put_number "$1" $((_at + 128)) 8 2048       # data_offset
	put_number "$1" $((_at + 136)) 8 $_sectors  # data_size
	put_number "$1" $((_at + 144)) 8 8          # super_offset
	put_number "$1" $((_at + 160)) 4 "$4"       # dev_number
	put_hex "$1" $((_at + 168)) "0de51ce00de51ce00de51ce00de51ce$4" # device_uuid
	put_number "$1" $((_at + 192)) 8 1767225600 # utime
	put_number "$1" $((_at + 200)) 8 17         # events
	put_number "$1" $((_at + 208)) 8 -1         # resync_offset: in sync
	put_number "$1" $((_at + 220)) 4 2          # max_dev
	put_number "$1" $((_at + 256)) 2 0          # roles
	put_number "$1" $((_at + 258)) 2 1
	# The sum of all words with the carry added, without the sum itself.
	_sum=$(dd if="$1" bs=1 skip=$_at count=260 status=none | od -An -v -tu4 -w4 |
		awk '{ sum += $1 } END { printf "%.0f", sum % 4294967296 + int(sum / 4294967296) }')
	put_number "$1" $((_at + 216)) 4 "$_sum"
}

# lvm_crc FILE OFFSET BYTES: CRC-32, reflected 04C11DB7h, begun with F597A6CFh and not inverted
lvm_crc() {
	_crc=$((0xf597a6cf))
	for _byte in $(dd if="$1" bs=1 skip="$2" count="$3" status=none | od -An -v -tu1); do
		_crc=$((_crc ^ _byte))
		for _bit in 1 2 3 4 5 6 7 8; do
			_crc=$(((_crc >> 1) ^ (0xedb88320 & -(_crc & 1))))
		done
	done
	echo $_crc
}

# own_lvm FILE AT BYTES: what pvcreate writes: the label in sector 1, an empty metadata area at 4 KiB.
# LVM2, lib/format_text/layout.h.
own_lvm() {
	_at=$(($2 + 512))
	printf 'LABELONE' | put_bytes "$1" $_at
	put_number "$1" $((_at + 8)) 8 1
	put_number "$1" $((_at + 20)) 4 32
	printf 'LVM2 001' | put_bytes "$1" $((_at + 24))
	printf 'Dr1dockDr1dockDr1dockDr1dockDr1d' | put_bytes "$1" $((_at + 32))
	put_number "$1" $((_at + 64)) 8 "$3"        # device size
	put_number "$1" $((_at + 72)) 8 $own_mib    # data, to the end
	put_number "$1" $((_at + 104)) 8 4096       # metadata
	put_number "$1" $((_at + 112)) 8 $((own_mib - 4096))
	put_number "$1" $((_at + 16)) 4 "$(lvm_crc "$1" $((_at + 20)) 492)"
	_at=$(($2 + 4096))
	# shellcheck disable=SC1003
	printf ' LVM2 x[5A%%r0N*>' | put_bytes "$1" $((_at + 4))
	put_number "$1" $((_at + 20)) 4 1
	put_number "$1" $((_at + 24)) 8 4096
	put_number "$1" $((_at + 32)) 8 $((own_mib - 4096))
	put_number "$1" $_at 4 "$(lvm_crc "$1" $((_at + 4)) 508)"
}

# own_part FILE NUMBER: its offset
own_part() {
	stick_partition "$1" "$2"
}

# own_fs IMAGE NUMBER FILE: a file system made in a file of its own, into its partition
own_fs() {
	dd if="$3" of="$1" bs=1M seek=$(($(own_part "$1" "$2") / own_mib)) conv=notrunc status=none
	rm "$3"
}

# own_disk FILE ROLE ARRAY TRAP: 64 MiB; TRAP is a folder with a repo/ that must not be used. The two
# FATs begin their tables and folders 128 KiB into the partition.
own_disk() {
	truncate -s 64M "$1"
	sfdisk -q "$1" >/dev/null 2>&1 <<-'TABLE'
		label: gpt
		size=8MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
		size=16MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4
		size=8MiB, type=A19D880F-05FC-4D3B-A006-743F0F84911E
		size=8MiB, type=E6D6D379-F507-44C2-A23C-238F2A3DF928
		size=16MiB, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7
	TABLE
	truncate -s 8M "$1.fs"
	mkfs.vfat -R 256 -n EFI "$1.fs" >/dev/null
	mmd -i "$1.fs" ::EFI ::EFI/BOOT ::logs
	echo 'not a boot loader' | mcopy -i "$1.fs" - ::EFI/BOOT/BOOTX64.EFI
	own_fs "$1" 1 "$1.fs"
	mkdir "$1.files"
	echo 'of the server' >"$1.files/readme"
	mke2fs -q -t ext4 -d "$1.files" "$1.fs" 16M
	own_fs "$1" 2 "$1.fs"
	rm -r "$1.files"
	own_md "$1" "$(own_part "$1" 3)" $((8 * own_mib)) "$2" "$3"
	own_lvm "$1" "$(own_part "$1" 4)" $((8 * own_mib))
	truncate -s 16M "$1.fs"
	mkfs.vfat -R 256 -n DRYDOCK "$1.fs" >/dev/null
	mcopy -s -i "$1.fs" "$4/repo" :: </dev/null
	printf 'drydock.mode=shell\n' | mcopy -i "$1.fs" - ::drydock.conf
	mmd -i "$1.fs" ::logs
	own_fs "$1" 5 "$1.fs"
}
