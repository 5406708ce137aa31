# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# What happens after drydock: results to the medium, then power off, reboot, or a prompt.

OVERDUE=9
# drydock makes it when its plan goes on after a reboot that comes back to this medium.
PLANNED=$RUN/reboot-planned
# drydock makes it when something in memory waits for a restart (a UEFI capsule): without power it
# would be lost.
KEEP_POWER=$PLANNED.keep-power
COME_BACK_S=60

# wanted yes|no|success STATUS. Success: changed and proven, the same with a reboot needed, or
# nothing needed (DESIGN 10).
wanted() {
	case $1 in
	yes) return 0 ;;
	success) one_of "$2" 0 1 3 ;;
	*) return 1 ;;
	esac
}

# action STATUS: prints poweroff, reboot or prompt. A write that is overdue may still be going on
# in a drive, so nothing that was asked for matters then (law 8). A reboot in the middle of the plan
# comes before what was asked for at its end.
action() {
	if [ "$1" = "$OVERDUE" ]; then
		echo prompt
	elif [ -e "$PLANNED" ]; then
		echo reboot
	elif wanted "$POWEROFF" "$1"; then
		[ -e "$KEEP_POWER" ] && echo reboot || echo poweroff
	elif wanted "$REBOOT" "$1"; then
		echo reboot
	else
		echo prompt
	fi
}

# meaning STATUS: for people (DESIGN 10).
meaning() {
	case $1 in
	0) echo "done" ;;
	1) echo "done; a reboot makes it active" ;;
	2) echo "drydock was called wrongly" ;;
	3) echo "nothing needed" ;;
	4) echo "no supported device" ;;
	5) echo "something that is needed first is missing" ;;
	6) echo "the repository is missing or not valid" ;;
	7) echo "blocked by the policy" ;;
	8) echo "some steps failed or cannot be proven" ;;
	9) echo "A DEVICE NEEDS A PERSON, OR A WRITE IS STILL GOING ON" ;;
	10) echo "interrupted; it can be resumed" ;;
	*) echo "an internal error" ;;
	esac
}

# explain STATUS ACTION
explain() {
	say "Result: exit $1, $(meaning "$1")."
	if [ "$1" = "$OVERDUE" ]; then
		say "DO NOT POWER OFF: a device may still be writing. What was asked for at the end" \
			"(poweroff=$POWEROFF, reboot=$REBOOT) is not done. See the report."
	elif [ -e "$PLANNED" ]; then
		say "The plan goes on after a reboot."
		wait_for "$COME_BACK_S" "the boot medium: attach it again" boot_is_here ||
			say "THE BOOT MEDIUM IS NOT HERE: start from it to go on with the plan."
	else
		[ ! -e "$KEEP_POWER" ] || say "A firmware update waits in memory for a reboot: without" \
			"power it is lost. Reboot, do not power off."
		what_next "$1" "$2"
	fi
}

boot_is_here() {
	[ -n "$(device_at "$MEDIA/boot")" ]
}

# what_next STATUS ACTION: nobody has arranged that the next boot comes back here.
what_next() {
	case $1:$2 in
	1:poweroff) say "Powering off as asked: what was written becomes active at the next start." ;;
	1:reboot) say "Rebooting as asked: what was written becomes active with it." ;;
	1:*) say "What was written becomes active with a reboot." ;;
	10:*)
		say "Start from this medium again in mode auto or resume: it asks the devices what" \
			"became of them, and goes on."
		return 0
		;;
	*) return 0 ;;
	esac
	say "IT IS NOT PROVEN YET: start from this medium once more, in mode auto or resume."
}

# prompts: a process of its own on each console, in a session of its own so that Ctrl-C works.
prompts() {
	for _console in $(consoles); do
		# tty0 is whichever screen is shown; a session needs a real one.
		[ "$_console" != tty0 ] || _console=tty1
		setsid -c "$ROOT/lib/drydock/prompt" "$MODE" "${STATUS:-0}" \
			<>"$ROOT/dev/$_console" >&0 2>&1 &
	done
}

# let_go: unmounts and says whether the medium may be pulled out.
let_go() {
	bury
	if [ -z "$(mounts)" ]; then
		return 0
	elif release_media; then
		say "It is safe to remove the medium."
	else
		say "The medium is still in use: do not remove it."
	fi
}

# end ACTION: the last words need a moment to get through a serial line.
end() {
	case $1 in
	poweroff | reboot)
		say "Now: $1."
		sleep 1
		"$1"
		;;
	*) prompts ;;
	esac
}

finish() {
	_action=$(action "$STATUS")
	explain "$STATUS" "$_action"
	media_lock
	logs_close "$STATUS"
	let_go
	echo >"$RUN/after"
	media_unlock
	end "$_action"
}

# give_up TEXT...: when there is not even a log folder.
give_up() {
	STATUS=64
	say "$*"
	_action=$(action "$STATUS")
	let_go
	end "$_action"
}
