# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034
#
# The watcher: a process that notices when a medium goes and when one comes, for as long as the
# machine runs. The kernel counts its uevents; only when that number has changed there is something
# to look at, so a look a second costs nothing.
#
# While the run lasts it keeps the media mounted, brings boot.log to the one with the logs, and says
# in $RUN/medium where everything is (updater/run/medium.h). What comes back is known by its build
# and medium.id: BOOT_ID, OTHER_ID. Any other medium labelled DRYDOCK may take the logs (SPARE), and
# nothing else. After the run ($RUN/after) a medium is mounted only for logs that are still owed.

# watch_start: the media as they are, then a process of its own.
watch_start() {
	BOOT_ID=$(medium_id "$FAT")
	OTHER_ID=$(medium_id "$OTHER")
	OTHER_WAS=$OTHER
	SPARE=
	BEFORE=
	PUBLISHED=
	CHANGE=0
	publish
	# Card readers and optical drives tell of their media only when they are asked.
	echo 2000 2>/dev/null >"$ROOT/sys/module/block/parameters/events_dfl_poll_msecs" || true
	watch &
}

# watch: nothing that fails in here may end it.
watch() {
	set +e
	_looks=0
	uevents
	_seen=$_now
	while :; do
		nap
		uevents
		# A medium may need more than one look until it can be read.
		[ "$_now" = "$_seen" ] || _looks=3
		_seen=$_now
		if [ "$_looks" -gt 0 ]; then
			_looks=$((_looks - 1))
			plug
			media_lock
			look
			media_unlock
		fi
		mirror
	done
}

# uevents: sets _now.
uevents() {
	read -r _now <"$ROOT/sys/kernel/uevent_seqnum" || _now=
}

# plug: drivers for what a medium can be made of, and for nothing else in mid-run.
plug() {
	find "$ROOT/sys/devices" -name modalias -exec cat {} + 2>/dev/null |
		grep -E '^(usb|scsi|mmc):' | sort -u >"$RUN/plugged"
	_new=$(grep -vxF -f "$RUN/modaliases.seen" "$RUN/plugged") || return 0
	echo "$_new" >>"$RUN/modaliases.seen"
	set -f
	# Split into words on purpose, as in coldplug().
	# shellcheck disable=SC2086
	modprobe -a -q $_new 2>/dev/null
	set +f
}

# look: what is gone, what is back, and where the logs go now.
look() {
	if [ -e "$RUN/after" ]; then
		[ ! -e "$RUN/owed" ] || logs_rescue || true
		return
	fi
	bury
	! as_before || return 0
	lost
	[ -n "$BOOT_DISK" ] || boot_again || true
	[ -n "$OTHER" ] || [ -z "$OTHER_WAS" ] || other_again || true
	choose_copy || spare || true
	publish
	arrangement
	BEFORE=$_found
}

# arrangement: sets _found: what is there, and what of it is mounted.
arrangement() {
	_found=$(echo "$ROOT"/sys/class/block/* && cat "$ROOT/proc/mounts")
}

# as_before: nothing is missing, and the same is there as after the last look.
as_before() {
	[ -n "$BOOT_DISK" ] && [ -n "$LOG_COPY" ] || return 1
	[ -n "$OTHER" ] || [ -z "$OTHER_WAS" ] || return 1
	arrangement
	[ "$_found" = "$BEFORE" ]
}

# lost: forgets the media that are buried.
lost() {
	if [ -n "$BOOT_DISK" ] && [ -z "$(device_at "$MEDIA/boot")" ]; then
		say "The boot medium /dev/$BOOT_DISK is gone."
		BOOT_DISK='' FAT=''
	fi
	if [ -n "$OTHER" ] && [ -z "$(device_at "$OTHER")" ]; then
		say "The medium /dev/$OTHER_DISK is gone."
		OTHER_DISK='' OTHER=''
	fi
	if [ -n "$SPARE" ] && [ -z "$(device_at "$SPARE")" ]; then
		say "The medium with the logs is gone."
		SPARE=
	fi
}

# boot_again: the very medium that we booted from, whatever it is called now. Its FAT may have been
# taken for a spare before the rest could be read: then it is mounted twice.
boot_again() {
	for _volume in $(free_volumes); do
		is_boot "$_volume" || continue
		[ "$(boot_id "$_volume")" = "$BOOT_ID" ] || continue
		mount_iso "$_volume" "$MEDIA/boot" || continue
		BOOT_DISK=$(disk_of "$_volume")
		open_fat
		say "The boot medium is back: /dev/$_volume."
		return 0
	done
	return 1
}

# other_again: the medium labelled DRYDOCK that this run began with.
other_again() {
	for _volume in $(volumes); do
		is_drydock_fat "$_volume" || continue
		[ "$(id_on "$_volume")" = "$OTHER_ID" ] || continue
		mount_fat "$_volume" "$MEDIA/other" "$OTHER_HOW" || continue
		OTHER=$MEDIA/other
		OTHER_DISK=$(disk_of "$_volume")
		say "The medium is back: /dev/$_volume."
		return 0
	done
	return 1
}

# takes_logs DIR: sets LOG_COPY. What drydock keeps there is drydock's; without it we do.
takes_logs() {
	takes_writing "$1" || return 1
	_copy=$(folder_on "$1" 2>/dev/null) || return 1
	[ "$_copy" != "$LOG_COPY" ] || return 0
	[ -e "$RUN/drydock.running" ] || logs_copy "$_copy" 2>/dev/null || return 1
	LOG_COPY=$_copy
	say "Logs: $LOG_COPY"
}

# choose_copy: the medium that the logs are for, if it is here. One that was mounted for reading
# only because nothing was to be written to it may be written now.
choose_copy() {
	for _dir in "$FAT" "$OTHER" "$SPARE"; do
		[ -n "$_dir" ] || continue
		if [ "$_dir:$OTHER_HOW" = "$OTHER:ro" ]; then
			mount -o remount,rw "$_dir" 2>/dev/null || continue
			OTHER_HOW=rw
		fi
		! takes_logs "$_dir" || return 0
	done
	[ -z "$LOG_COPY" ] || say "The logs go on in RAM."
	LOG_COPY=
	return 1
}

# free_journals: media that are mounted for nothing but another journal. Drydock has read it.
free_journals() {
	mounts | while read -r _name _dir; do
		case $_dir in
		"$MEDIA"/journals/*) umount "$_dir" 2>/dev/null ;;
		esac
	done
}

# spare: any other medium labelled DRYDOCK, for the logs.
spare() {
	free_journals
	for _volume in $(free_volumes); do
		is_drydock_fat "$_volume" || continue
		mount_fat "$_volume" "$MEDIA/spare" rw || continue
		SPARE=$MEDIA/spare
		! takes_logs "$SPARE" || return 0
		umount "$SPARE"
		SPARE=
	done
	return 1
}

# ours: is there something new that nobody but us brings to the medium?
ours() {
	[ -e "$RUN/log.new" ] && [ -n "$LOG_COPY" ] && [ ! -e "$RUN/drydock.running" ] &&
		[ ! -e "$RUN/after" ]
}

# mirror: what was said since then, to the medium.
mirror() {
	ours || return 0
	media_lock
	if ours; then
		rm -f "$RUN/log.new"
		copy_file "$LOG/boot.log" "$LOG_COPY/boot.log" 2>/dev/null && sync "$LOG_COPY/boot.log"
	fi
	media_unlock
}

# journal_now: sets _journal_now. The one of this run is where it was, or not here.
journal_now() {
	_journal_now=
	case $JOURNAL_ON in
	boot) ! journal_on "$BOOT_DISK" || _journal_now=$JOURNAL ;;
	other) ! journal_on "$OTHER_DISK" || _journal_now=$JOURNAL ;;
	*) [ -z "$JOURNAL" ] || [ -z "$(device_at "${JOURNAL%/*}")" ] || _journal_now=$JOURNAL ;;
	esac
}

# publish: replaces the file as a whole, when there is something new.
publish() {
	journal_now
	_state=gone
	_disk=
	if [ -n "$LOG_COPY" ]; then
		_state=here
		_disk=$(disk_of "$(device_at "${LOG_COPY%/logs/*}")")
	fi
	_repo=
	[ -z "$REPO" ] || [ ! -d "$REPO" ] || _repo=$REPO
	_text=$(printf 'state=%s\nlog=%s\njournal=%s\nrepo=%s\ndisk=%s' "$_state" "$LOG_COPY" \
		"$_journal_now" "$_repo" "$_disk")
	[ "$_text" != "$PUBLISHED" ] || return 0
	PUBLISHED=$_text
	CHANGE=$((CHANGE + 1))
	printf '%s\nchange=%s\n' "$_text" "$CHANGE" >"$RUN/medium.new" && mv "$RUN/medium.new" "$RUN/medium"
}

# published KEY: what the file says.
published() {
	sed -n "s/^$1=//p" "$RUN/medium"
}
