# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The log folder is in RAM, whole, and has a copy on a medium. That one is made and synced before
# anything else happens: on FAT, a folder that was not synced after it was made is lost whole with
# the power (DESIGN 8).
#
# In $RUN: folders ("ID NAME": the folder of this boot on each medium), owed (is there when a log
# is in RAM alone), log.new (is there when boot.log has grown).

LAST_LOOK_S=6

# serial: of the machine, fit for the name of a folder.
serial() {
	_serial=$(first_line "$ROOT/sys/class/dmi/id/product_serial" |
		tr -cd 'A-Za-z0-9._-' | cut -c 1-64)
	case $_serial in
	'' | . | ..) _serial=unknown ;;
	esac
	echo "$_serial"
}

# new_folder BASE: prints the name of the folder it made. All media get the same one if they can.
new_folder() {
	[ -s "$RUN/log.name" ] || echo "$(serial)-$(date -u +%Y%m%dT%H%M%SZ)" >"$RUN/log.name"
	_name=$(first_line "$RUN/log.name")
	mkdir -p "$1" || return 1
	_folder=$_name
	_number=1
	while [ -e "$1/$_folder" ]; do
		_number=$((_number + 1))
		_folder=$_name-$_number
	done
	mkdir "$1/$_folder" && echo "$_folder"
}

# folder_of DIR: the folder that this boot has made on the medium there, if any.
folder_of() {
	[ -e "$RUN/folders" ] || return 0
	_folder=$(awk -v id="$(medium_id "$1")" '$1 == id { print $2; exit }' "$RUN/folders")
	[ -z "$_folder" ] || echo "$1/logs/$_folder"
}

# folder_on DIR: the same, made when there is none.
folder_on() {
	_known=$(folder_of "$1")
	if [ -n "$_known" ]; then
		mkdir -p "$_known" && echo "$_known"
		return
	fi
	_made=$(new_folder "$1/logs") || return 1
	echo "$(medium_id "$1") $_made" >>"$RUN/folders"
	echo "$1/logs/$_made"
}

# copy_file FROM TO: what was appended is appended, so that a power cut takes only that; what is
# another text replaces the whole.
copy_file() {
	! cmp -s "$1" "$2" || return 0
	_had=0
	[ ! -f "$2" ] || _had=$(wc -c <"$2")
	if [ "$_had" -gt 0 ] && head -c "$_had" "$1" | cmp -s - "$2"; then
		# Space that was set aside behind its end when the medium went is given back first: the
		# kernel's FAT takes appending to such a file for damage and stops writing.
		truncate -s "$_had" "$2" && tail -c "+$((_had + 1))" "$1" >>"$2"
	else
		cp "$1" "$2.new" && mv "$2.new" "$2"
	fi
}

# logs_copy FOLDER: everything, durably: a sync of the files themselves fails when they did not
# get to the medium.
logs_copy() {
	for _file in "$LOG"/*; do
		[ ! -f "$_file" ] || copy_file "$_file" "$1/${_file##*/}" || return 1
	done
	sync "$1"/* "$1" "${1%/*}"
}

# logs_keep: to every medium that is mounted and holds some of them. Fails when there is none.
logs_keep() {
	mounts | {
		_kept=1
		while read -r _name _dir; do
			_to=$(folder_of "$_dir")
			if [ -n "$_to" ] && mounted "$_dir" rw && logs_copy "$_to" 2>/dev/null; then
				_kept=0
			fi
		done
		[ "$_kept" = 0 ]
	} && rm -f "$RUN/owed"
}

# logs_rescue: to any medium labelled DRYDOCK, of those that are not mounted.
logs_rescue() {
	for _volume in $(free_volumes); do
		is_drydock_fat "$_volume" || continue
		mount_fat "$_volume" "$MEDIA/rescue" rw || continue
		if takes_writing "$MEDIA/rescue" && _to=$(folder_on "$MEDIA/rescue" 2>/dev/null) &&
			logs_copy "$_to" 2>/dev/null; then
			rm -f "$RUN/owed"
		fi
		umount "$MEDIA/rescue"
		[ ! -e "$RUN/owed" ] || continue
		say "The logs are on /dev/$_volume. It is safe to remove the medium."
		return 0
	done
	return 1
}

# logs_last: before the power goes: what is in RAM alone gets one more chance.
logs_last() {
	bury
	logs_keep || true
	[ -e "$RUN/owed" ] || return 0
	say "The logs are in RAM only: looking for a medium labelled DRYDOCK once more."
	wait_for "$LAST_LOOK_S" "a medium for the logs" logs_rescue ||
		say "THE LOGS OF THIS RUN ARE ON NO MEDIUM AND ARE LOST NOW."
}

# logs_open: sets LOG_COPY, the folder on the medium. VOLATILE says why there is none.
logs_open() {
	VOLATILE=
	LOG_COPY=
	dmesg >"$LOG/dmesg.txt" || true
	echo >"$RUN/owed"
	if [ -z "$WRITABLE" ]; then
		VOLATILE="no writable medium"
	elif ! LOG_COPY=$(folder_on "$WRITABLE" 2>/dev/null) || ! logs_copy "$LOG_COPY" 2>/dev/null; then
		LOG_COPY=
		VOLATILE="the medium is full or does not take writes"
	fi
	if [ -n "$VOLATILE" ]; then
		say "LOGS ARE KEPT IN RAM ONLY ($VOLATILE): they are lost when the power goes." \
			"Attach a FAT medium labelled DRYDOCK to keep them."
	fi
	say "Logs: ${LOG_COPY:-$LOG}"
}

# logs_close STATUS: the result and what came in the meantime. Nothing here may stop the end of
# the run: the medium may be gone.
logs_close() {
	printf 'exit=%s\nmode=%s\n' "$1" "$MODE" >"$LOG/result" || true
	dmesg >"$LOG/dmesg.txt" || true
	for _file in drydock.out init.err; do
		[ ! -s "$RUN/$_file" ] || cp "$RUN/$_file" "$LOG/$_file" || true
	done
	echo >"$RUN/owed"
	logs_keep || logs_rescue || say "THE LOGS ARE IN RAM ONLY: $LOG. Attach a FAT medium labelled DRYDOCK:" \
		"they are written to it."
}
