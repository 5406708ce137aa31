# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is killed in the middle. A round is one server's iLO and several calls of drydock: some are
# killed at a moment that nobody chose (kill -9: what a power cut of the machine that it runs on is
# to the iLO), in some the iLO's own power fails, the last one ends by itself. The iLO knows
# what was done to it; the laws are looked at from there. Sourced by run.sh, after lib.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034

# What a seed chooses from: firmware, component, what ran before, the payload, what runs after.
cut_choices="iLO	ilo5-3.08	ilo.bin	3.08 Jul 31 2024
System ROM	u30-2.90	rom.flash	U30 v2.90 (01/01/2024)
CPLD	cpld-2b	cpld.vme	0x2B
Power Management Controller Firmware	power-1.0.9	power.hex	1.0.9"

# draw LIMIT: sets $drawn to 0 ... LIMIT - 1; all follows from $random (rand() of POSIX's example).
draw() {
	random=$(((random * 1103515245 + 12345) % 2147483648))
	drawn=$((random / 65536 % $1))
}

wrong() {
	printf '%s\n' "$*" >>"$dir/wrong"
}

counted() {
	ask log | grep -c -e "$1"
}

# cut_choose: what this round updates: one, or three in one run.
cut_choose() {
	draw 5
	case $drawn in
	4) cut_names="iLO System_ROM CPLD" ;;
	*) cut_names=$(printf '%s\n' "$cut_choices" | sed -n "$((drawn + 1))p" | cut -f 1 | tr ' ' _) ;;
	esac
	cut_only=
	for _name in $cut_names; do
		cut_of "$_name"
		cut_only="$cut_only --only $cut_id"
	done
}

# cut_of NAME: $cut_name, $cut_id, $cut_file, $cut_new.
cut_of() {
	_line=$(printf '%s\n' "$cut_choices" | tr ' ' _ | grep "^$1$tab" | tr _ ' ')
	cut_name=$(printf '%s' "$_line" | cut -f 1)
	cut_id=$(printf '%s' "$_line" | cut -f 2)
	cut_file=$(printf '%s' "$_line" | cut -f 3)
	cut_new=$(printf '%s' "$_line" | cut -f 4)
}

# cut_before: what each firmware runs when a call begins, and how often it was written to.
cut_before() {
	for _name in $cut_names; do
		cut_of "$_name"
		ask version "$cut_name" >"$dir/was.$_name"
		counted "^$cut_name flashed" >"$dir/flashed.$_name"
	done
}

# cut_after: the old or the new version, the new one by our bytes only; what runs it is not written.
cut_after() {
	for _name in $cut_names; do
		cut_of "$_name"
		_was=$(cat "$dir/was.$_name")
		_is=$(ask version "$cut_name")
		_times=$(($(counted "^$cut_name flashed") - $(cat "$dir/flashed.$_name")))
		[ "$_is" = "$cut_new" ] || [ "$_is" = "$_was" ] || wrong "life $life: $cut_name runs $_is"
		[ "$_is" = "$_was" ] || received "$cut_name" "$cut_file" ||
			wrong "life $life: $cut_name has other bytes than the payload"
		[ "$_was" != "$cut_new" ] || [ "$_times" = 0 ] ||
			wrong "life $life: $cut_name ran $cut_new and was written again"
		[ "$_times" -le 1 ] || wrong "life $life: $cut_name was written $_times times"
	done
	! ask log | grep -q 'host reset while' || wrong "life $life: the host was reset in the middle"
}

# cut_moment: after a time, or a little after something that the iLO does.
cut_moment() {
	draw 2
	if [ "$drawn" = 0 ]; then
		draw 12000
		_until='a time of'
	else
		draw 6
		_until=$(printf '%s\n' '^received' 'flashed: ' '^restart' '^back' '^stored' '^task' |
			sed -n "$((drawn + 1))p")
		_seen=$(counted "$_until")
		_tenths=0
		while [ "$(counted "$_until")" = "$_seen" ] && [ $_tenths -lt 120 ] &&
			kill -0 "$drydock_pid" 2>/dev/null; do
			_tenths=$((_tenths + 1))
			sleep 0.1
		done
		draw 1500
	fi
	story="$story $_until+$drawn ms"
	sleep "$((drawn / 1000)).$(printf %03d $((drawn % 1000)))"
}

cut_call() {
	mkdir -p "$dir/log"
	# shellcheck disable=SC2086
	exec timeout 400 "$drydock" apply --repo "$work/repo" --trust "$work/trust" --ilo "$url" \
		--ilo-login "$work/login" --log-dir "$dir/log" --journal "$dir/journal" --yes $cut_only
}

# cut_life kill|power|whole: one call of drydock, and how it ended ($status; 137: killed).
cut_life() {
	life=$((life + 1))
	cut_before
	cut_call >"$dir/said.$life" 2>&1 &
	drydock_pid=$!
	story="$story; $1"
	[ "$1" = whole ] || cut_moment
	case $1 in
	kill)
		# timeout's child is the one.
		_child=$(cat "/proc/$drydock_pid/task/$drydock_pid/children" 2>/dev/null)
		# shellcheck disable=SC2086
		[ -z "$_child" ] || kill -9 $_child 2>/dev/null
		kills=$((kills + 1))
		;;
	power) ask power-cut >/dev/null ;;
	esac
	status=0
	wait "$drydock_pid" 2>/dev/null || status=$?
	story="$story ($status)"
	[ "$1" = kill ] || [ "$status" -lt 124 ] || wrong "life $life: drydock ended with $status"
	cp "$dir/said.$life" "$dir/said"
	cut_after
	[ "$status" -ge 124 ] || cut_report
}

# state_of COMPONENT: state and what was read, of the last report that has it.
state_of() {
	perl -MJSON::PP -0777 -e '
		my ($id, $text) = (shift, <STDIN>);
		for (@{decode_json($text)->{steps}}, @{decode_json($text)->{settled}}) {
			$last = $_->{state} if $_->{component} eq $id;
		}
		print $last // "none";' "$1" <"$dir/log/report.json"
}

# cut_report: what the report calls proven runs; a success of the call means that all of it does.
cut_report() {
	for _name in $cut_names; do
		cut_of "$_name"
		_state=$(state_of "$cut_id")
		_is=$(ask version "$cut_name")
		[ "$_state" != verified ] || [ "$_is" = "$cut_new" ] ||
			wrong "life $life: $cut_id is called verified, $cut_name runs $_is"
		case $status in
		0 | 3) [ "$_is" = "$cut_new" ] || wrong "life $life: exit status $status, $cut_name runs $_is" ;;
		esac
	done
}

# cut_left: nothing of ours stays in it, all of the others' does.
cut_left() {
	ask left >"$dir/left"
	! grep -q '^account drydock-' "$dir/left" || wrong 'an account of ours is left'
	# An iLO 7 shows what its host has done already as Pending for ever, and when another machine was
	# started is not known: such a task goes with the next one of its component.
	sed -n 's/^task \(drydock-.*\) (Pending)$/\1/p' "$dir/left" | while read -r _task; do
		if [ "$cut_generation" != 7 ] || ! ask log | grep -q "^task $_task: Pending"; then
			wrong "a task of ours still waits"
		fi
	done
	! grep -q '^task drydock-.*(\(InProgress\|Exception\))' "$dir/left" ||
		wrong 'a task of ours blocks the others'
	grep -q "^account ${login%%:*}$" "$dir/left" || wrong "somebody else's account is gone"
	[ "$foreign" = 0 ] || grep -q "^task somebody else's" "$dir/left" ||
		wrong "somebody else's task is gone"
	# Nobody can log out for one that was killed; the calls that end leave none.
	[ "$(grep -c '^session' "$dir/left")" -le "$kills" ] || wrong 'more sessions than calls that were killed'
	no_password || wrong 'the password is in a log or in the journal'
}

# cut_journal: what was open when it was killed is in the journal, and a report can be made of it.
cut_journal() {
	[ -e "$dir/journal" ] || return 0
	"$drydock" report --journal "$dir/journal" >"$dir/journal.txt" 2>&1 ||
		grep -q 'no machine has used\|no run of this machine' "$dir/journal.txt" || {
		wrong "life $life: no report of the journal"
		return
	}
	for _name in $cut_names; do
		cut_of "$_name"
		# What the iLO has received from us was written down before.
		[ "$(counted '^received')" = 0 ] || grep -qE "$(printf '%s' "$cut_ids" | tr ' ' '|')" "$dir/journal.txt" ||
			wrong "life $life: the iLO has received something that the journal does not know"
	done
}

# cut_round SEED
cut_round() {
	random=$1 cut_dir=$work/cut-$1 life=0 kills=0 story='' status=
	draw 1000
	cut_choose
	cut_ids=$(printf '%s' "$cut_only" | sed 's/ --only / /g; s/^ //')
	draw 3
	cut_generation=$((5 + drawn))
	draw 4
	ILO_SPEED=$(echo '15 30 60 400' | cut -d ' ' -f $((drawn + 1)))
	draw 3
	foreign=$((drawn == 0))
	set --
	[ "$foreign" = 0 ] || set -- --knob foreign-task=1
	ilo "$cut_dir" --generation "$cut_generation" "$@" || return 1
	: >"$dir/wrong"
	story="iLO $cut_generation, speed $ILO_SPEED,$cut_only"
	draw 3
	_lives=$((drawn + 1))
	while [ "$_lives" -gt 0 ]; do
		_lives=$((_lives - 1))
		draw 4
		if [ "$drawn" = 0 ]; then cut_life power; else cut_life kill; fi
		cut_journal
		draw 3
		[ "$drawn" != 0 ] || { ask power-cut >/dev/null && story="$story, its power"; }
		draw 4
		[ "$drawn" != 0 ] || { cut_host && story="$story, host"; }
		draw 2000
		sleep "$((drawn / 1000)).$(printf %03d $((drawn % 1000)))"
	done
	cut_end
	cut_left
	kill "$ilo_pid" 2>/dev/null
	echo "$story"
	[ -s "$dir/wrong" ] || return 0
	cat "$dir/wrong"
	tail -n 30 "$dir/said"
	return 1
}

# cut_host: the iLO's host restarts, at a moment when nobody forbids it.
cut_host() {
	_tenths=0
	until ask http GET /redfish/v1/UpdateService | grep -qE '"State":"(Idle|Complete|Error)"'; do
		_tenths=$((_tenths + 1))
		[ "$_tenths" -lt 300 ] || return 0
		sleep 0.1
	done
	ask host-reset >/dev/null
}

# cut_end: calls that nobody disturbs, with the restart of the host that they ask for, come to an end,
# and what it runs then is what they say.
cut_end() {
	for _try in 1 2 3 4; do
		cut_life whole
		case $status in
		0 | 3 | 8 | 9) break ;;
		1) cut_host && story="$story, host" ;;
		*) ;;
		esac
	done
	# What was cut off twice, or did not end as it was to, is a person's: the report has it so.
	case $status in
	8 | 9)
		[ "$life" -gt 2 ] || wrong "the last call ended with $status after one cut"
		return
		;;
	esac
	for _name in $cut_names; do
		cut_of "$_name"
		_is=$(ask version "$cut_name")
		[ "$_is" = "$cut_new" ] || wrong "at the end $cut_name runs $_is (exit status $status)"
	done
	case $status in
	0 | 3) ;;
	*) wrong "the last call ended with $status" ;;
	esac
}

# cut_rounds FIRST LAST
cut_rounds() {
	seed=$1
	while [ "$seed" -le "$2" ]; do
		if cut_round "$seed" >"$work/cut.said" 2>&1; then
			ok "seed $seed: $(tail -n 1 "$work/cut.said")"
			rm -rf "$work/cut-$seed"
		else
			not_ok "seed $seed" "$(cat "$work/cut.said")"
		fi
		seed=$((seed + 1))
	done
}
