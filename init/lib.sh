# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034
#
# What all parts of init share. ROOT stands before every path, so that the tests can lay out a
# machine in a folder; MOCK names a file with functions that take the place of commands.

ROOT=${ROOT:-}
RUN=$ROOT/run/drydock
MEDIA=$ROOT/media
ETC=$ROOT/etc/drydock
# The log folder, in RAM (logs.sh).
LOG=$RUN/log

# uptime_s: whole seconds since the kernel started.
uptime_s() {
	read -r _up _ <"$ROOT/proc/uptime"
	echo "${_up%%.*}"
}

# consoles: the names of the consoles that the kernel writes to, "tty0 ttyS0".
consoles() {
	cat "$ROOT/sys/class/tty/console/active" 2>/dev/null || echo console
}

# consoles_open: a serial line that nobody drains would stop whoever writes to it. So each console
# has a process of its own that writes, fed by a pipe, which holds far more than init ever says.
consoles_open() {
	for _console in $(consoles); do
		mkfifo "$RUN/console.$_console"
		cat <>"$RUN/console.$_console" >"$ROOT/dev/$_console" 2>/dev/null &
	done
}

# say TEXT...: on every console and in boot.log. Opening a pipe for reading and writing never
# waits, even when the process at the other end has died. While drydock runs the last line of the
# consoles is drydock's.
say() {
	read -r _up _ <"$ROOT/proc/uptime" || _up=
	_line=$(printf '[%6s] %s' "$_up" "$*")
	note "$_line"
	[ ! -e "$RUN/drydock.running" ] || return 0
	for _pipe in "$RUN"/console.*; do
		[ ! -p "$_pipe" ] || printf '%s\n' "$_line" 1<>"$_pipe"
	done
}

# note LINE: in boot.log only. It never waits for a medium: the watcher takes it there.
note() {
	printf '%s\n' "$1" >>"$LOG/boot.log" || true
	printf '' >"$RUN/log.new" || true
}

# say_once TEXT...: for what is looked at again and again.
say_once() {
	! grep -qxF -e "$*" "$RUN/said" 2>/dev/null || return 0
	printf '%s\n' "$*" >>"$RUN/said"
	say "$*"
}

# printable: standard input without control characters: text from media goes to consoles.
printable() {
	tr -cd '\040-\176\n'
}

# first_line FILE: empty when there is none.
first_line() {
	head -n 1 "$1" 2>/dev/null || true
}

# nap: between two looks at what another process does.
nap() {
	sleep 1
}

# media_lock: who mounts and unmounts: rcS, the watcher or rcK. One that hangs in a dying medium
# must not keep the others for ever.
media_lock() {
	_naps=0
	until mkdir "$RUN/media.lock" 2>/dev/null || [ "$_naps" -ge 30 ]; do
		_naps=$((_naps + 1))
		nap
	done
}

media_unlock() {
	rmdir "$RUN/media.lock" 2>/dev/null || true
}

# bounded COMMAND...: for what may hang on a broken device.
bounded() {
	timeout 10 "$@"
}

# mounted DIR rw|ro: is it mounted so?
mounted() {
	awk -v dir="$1" -v how="$2" '$2 == dir { split($4, o, ","); state = o[1] }
		END { exit state != how }' "$ROOT/proc/mounts"
}

# SC1090: what it names is known only at run time.
# shellcheck disable=SC1090
[ -z "${MOCK:-}" ] || . "$MOCK"
