# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Starts drydock as the mode asks. Sets STATUS, the exit status (DESIGN 10).

DRYDOCK=$ROOT/usr/sbin/drydock
REPOSITORY_MISSING=6
INTERNAL=64

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

# start COMMAND OPTION...: drydock with what every command gets.
start() {
	_command=$1
	shift
	for _console in $(consoles); do
		set -- --console "/dev/$_console" "$@"
	done
	media_lock
	echo >"$RUN/drydock.running"
	media_unlock
	STATUS=0
	"$DRYDOCK" "$_command" "$@" </dev/null >"$RUN/drydock.out" 2>&1 || STATUS=$?
	rm -f "$RUN/drydock.running"
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
	start inventory --log-dir "$LOG"
}

run_dryrun() {
	if [ -n "$REPO" ]; then
		start apply --dry-run --repo "$REPO" --trust /etc/drydock/trust --log-dir "$(log_dir)"
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
	start apply --yes --auto --repo "$REPO" --trust /etc/drydock/trust --log-dir "$(log_dir)" "$@"
}

# log_dir: prints where the logs go now.
log_dir() {
	_log=$(published log)
	echo "${_log:-$LOG}"
}

# run: the mode shell never comes here.
run() {
	if [ ! -x "$DRYDOCK" ]; then
		say "The program drydock is missing from this image."
		STATUS=$INTERNAL
		return 0
	fi
	wait_delay
	say "Mode $MODE${REPO:+, repository $REPO}."
	note "journal: ${JOURNAL:-none}"
	"run_$MODE"
}
