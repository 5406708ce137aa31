# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Starts drydock as the mode asks. Sets STATUS, the exit status (DESIGN 10).

DRYDOCK=$ROOT/usr/sbin/drydock
REPOSITORY_MISSING=6
INTERNAL=64

# has_repo DIR: anything in repo/. Whether it is a good one drydock judges.
has_repo() {
	[ -n "$1" ] && [ -n "$(ls "$1/repo" 2>/dev/null)" ]
}

# find_repo: sets REPO: on the FAT partition, the ISO, or another medium.
find_repo() {
	REPO=
	for _dir in "$FAT" "${BOOT_DISK:+$MEDIA/boot}"; do
		if has_repo "$_dir"; then
			REPO=$_dir/repo
			return 0
		fi
	done
	[ -n "$OTHER" ] || look_for_other ro || return 0
	! has_repo "$OTHER" || REPO=$OTHER/repo
}

# wait_delay: drydock.delay, with a word now and then.
wait_delay() {
	_left=$DELAY
	while [ "$_left" -gt 0 ]; do
		say "Starting in $_left s."
		_nap=$((_left < 10 ? _left : 10))
		sleep "$_nap"
		_left=$((_left - _nap))
	done
}

# start COMMAND OPTION...: drydock with what every command gets. What it prints is caught in RAM:
# when the medium goes away the shell could not even open a file there, and would not start it.
start() {
	_command=$1
	shift
	for _console in $(consoles); do
		set -- --console "/dev/$_console" "$@"
	done
	STATUS=0
	"$DRYDOCK" "$_command" "$@" --log-dir "$LOG" </dev/null >"$RUN/drydock.out" 2>&1 || STATUS=$?
	case $STATUS in
	2 | 6[4-9] | [7-9]? | ???) tell_output ;;
	esac
}

# tell_output: a wrong command line and a crash say why only there.
tell_output() {
	printable <"$RUN/drydock.out" | tail -n 5 >"$RUN/drydock.end"
	while read -r _text; do
		say "drydock: $_text"
	done <"$RUN/drydock.end"
}

run_inventory() {
	start inventory
}

run_dryrun() {
	if [ -n "$REPO" ]; then
		start apply --dry-run --repo "$REPO" --trust /etc/drydock/trust
	else
		say "There is no repository: an inventory instead of a dry run."
		run_inventory
	fi
}

# run_auto: an inventory in place of an update is never a success.
run_auto() {
	if [ -z "$REPO" ]; then
		say "There is no repository on the boot medium or another medium labelled DRYDOCK:" \
			"nothing can be updated. An inventory is made instead."
		run_inventory
		STATUS=$REPOSITORY_MISSING
		return
	fi
	set --
	for _id in $ONLY; do set -- "$@" --only "$_id"; done
	for _id in $SKIP; do set -- "$@" --skip "$_id"; done
	[ -z "$JOURNAL" ] || set -- --journal "$JOURNAL" "$@"
	[ -z "$BOOT_DISK" ] || set -- --boot-medium "/dev/$BOOT_DISK" "$@"
	start apply --yes --auto --repo "$REPO" --trust /etc/drydock/trust "$@"
}

# run: the mode shell never comes here.
run() {
	if [ ! -x "$DRYDOCK" ]; then
		say "The program drydock is missing from this image."
		STATUS=$INTERNAL
		return 0
	fi
	find_repo
	wait_delay
	say "Mode $MODE${REPO:+, repository $REPO}."
	note "journal: ${JOURNAL:-none}"
	"run_$MODE"
}
