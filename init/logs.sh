# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The log folder. It is made and synced before anything else happens: on FAT, a folder that was
# not synced after it was made is lost whole with the power (DESIGN 8).

# serial: of the machine, fit for the name of a folder.
serial() {
	_serial=$(first_line "$ROOT/sys/class/dmi/id/product_serial" |
		tr -cd 'A-Za-z0-9._-' | cut -c 1-64)
	case $_serial in
	'' | . | ..) _serial=unknown ;;
	esac
	echo "$_serial"
}

# new_folder BASE: prints the folder it made.
new_folder() {
	_name=$(serial)-$(date -u +%Y%m%dT%H%M%SZ)
	mkdir -p "$1" || return 1
	_folder=$1/$_name
	_number=1
	while [ -e "$_folder" ]; do
		_number=$((_number + 1))
		_folder=$1/$_name-$_number
	done
	mkdir "$_folder" && echo "$_folder"
}

# fill_folder FOLDER: what was said so far and the kernel's log; a full medium fails here.
fill_folder() {
	cp "$RUN/boot.log" "$1/boot.log" && dmesg >"$1/dmesg.txt" && sync &&
		cmp -s "$RUN/boot.log" "$1/boot.log"
}

# logs_open: sets LOG; VOLATILE says why when the logs will not outlive the power.
logs_open() {
	VOLATILE=
	if [ -z "$WRITABLE" ]; then
		VOLATILE="no writable medium"
	elif _new=$(new_folder "$WRITABLE/logs" 2>/dev/null) && fill_folder "$_new" 2>/dev/null; then
		LOG=$_new
	else
		VOLATILE="the medium is full or does not take writes"
	fi
	if [ -n "$VOLATILE" ]; then
		LOG=$(new_folder "$RUN/logs")
		fill_folder "$LOG"
		say "LOGS ARE KEPT IN RAM ONLY ($VOLATILE): they are lost when the power goes." \
			"Attach a FAT medium labelled DRYDOCK to keep them."
	fi
	say "Logs: $LOG"
}

# logs_close STATUS: the result and what came in the meantime. Nothing here may stop the end of
# the run: the medium may be gone.
logs_close() {
	printf 'exit=%s\nmode=%s\n' "$1" "$MODE" 2>/dev/null >"$LOG/result" ||
		say "The result cannot be written to $LOG."
	if dmesg 2>/dev/null >"$LOG/dmesg.new"; then
		mv "$LOG/dmesg.new" "$LOG/dmesg.txt" || true
	fi
	for _file in drydock.out init.err; do
		[ ! -s "$RUN/$_file" ] || cp "$RUN/$_file" "$LOG/$_file" || true
	done
	sync
}
