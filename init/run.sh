# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Starts drydock as the mode asks. Sets STATUS, the exit status (DESIGN 10).

DRYDOCK=$ROOT/usr/sbin/drydock
STORE=$ROOT/tmp/drydock-store
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
	[ ! -f "$RUN/ilo-login" ] || set -- --ilo-login "$RUN/ilo-login" "$@"
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

# session COMMAND OPTION...: what apply and resume get. Where the media are the watcher knows best.
session() {
	_session=$1
	shift
	_copy=$(published log)
	[ -z "$_copy" ] || set -- --log-dir "$_copy" "$@"
	start "$_session" --repo "$REPO" --trust /etc/drydock/trust --log-ram "$LOG" \
		--medium-file "$RUN/medium" "$@"
}

run_dryrun() {
	if [ -n "$REPO" ]; then
		session apply --dry-run
	else
		say "There is no repository: an inventory instead of a dry run."
		run_inventory
	fi
}

# no_repo: an inventory in place of an update is never a success.
no_repo() {
	say "There is no repository on the boot medium or another medium labelled DRYDOCK:" \
		"nothing can be updated. An inventory is made instead."
	run_inventory
	STATUS=$REPOSITORY_MISSING
}

# make_store: where the payloads of the plan go. What fits drydock finds out; the limit only must
# not be in the way.
make_store() {
	mkdir -p "$STORE"
	mount -t tmpfs -o nosuid,nodev,noexec,mode=0700,size=80% tmpfs "$STORE" ||
		say "No file system of its own for the payloads: they go to /tmp."
}

# unattended COMMAND: apply or resume, without a question.
unattended() {
	if [ -z "$REPO" ]; then
		no_repo
		return
	fi
	_unattended=$1
	set -- --yes --auto --ram-dir "$STORE"
	for _id in $ONLY; do set -- "$@" --only "$_id"; done
	for _id in $SKIP; do set -- "$@" --skip "$_id"; done
	while read -r _other; do set -- "$@" --other-journal "$_other"; done <"$RUN/other-journals"
	[ "$POWEROFF$REBOOT" = nono ] || set -- "$@" --reboot-file "$PLANNED"
	_journal=$(published journal)
	[ -z "$JOURNAL" ] || set -- "$@" --journal "${_journal:-$JOURNAL}"
	_boot=$(device_at "$MEDIA/boot")
	[ -z "$_boot" ] || set -- "$@" --boot-medium "/dev/$(disk_of "$_boot")"
	make_store
	session "$_unattended" "$@"
}

run_auto() {
	unattended apply
}

run_resume() {
	unattended resume
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
