# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034
#
# What the run shall do: words of drydock.conf, or of the file for this very server, then words of
# the kernel line, which win. None of them is signed, so they can only choose (DESIGN 11).

CONF_MAX=16384

settings_default() {
	MODE=dryrun
	POWEROFF=no
	REBOOT=no
	DELAY=0
	ONLY=
	SKIP=
}

# one_of VALUE WORD...
one_of() {
	_value=$1
	shift
	for _word; do
		[ "$_value" != "$_word" ] || return 0
	done
	return 1
}

# ids VALUE: a list of component ids with commas between them, as words.
ids() {
	case $1 in
	'' | *[!A-Za-z0-9._:@/+,-]*) return 1 ;;
	*) printf '%s\n' "$1" | tr ',' ' ' ;;
	esac
}

# seconds VALUE: 0 to 3600, written with digits alone.
seconds() {
	case $1 in
	'' | *[!0-9]* | 0?* | ?????*) return 1 ;;
	*) [ "$1" -le 3600 ] ;;
	esac
}

# yes_to VALUE: SPP's words say yes or no, and mean the case of success.
yes_to() {
	case $1 in
	yes) echo success ;;
	no) echo no ;;
	*) return 1 ;;
	esac
}

# setting WORD: takes it, or fails when its name (1) or its value (2) is not known.
setting() {
	_value=${1#*=}
	case $1 in
	drydock.mode=*) one_of "$_value" auto resume inventory dryrun shell && MODE=$_value ;;
	drydock.poweroff=*) one_of "$_value" yes no success && POWEROFF=$_value ;;
	drydock.reboot=*) one_of "$_value" yes no success && REBOOT=$_value ;;
	drydock.delay=*) seconds "$_value" && DELAY=$_value ;;
	drydock.only=*) _ids=$(ids "$_value") && ONLY="$ONLY $_ids" ;;
	drydock.skip=*) _ids=$(ids "$_value") && SKIP="$SKIP $_ids" ;;
	TYPE=AUTOMATIC) MODE=auto ;;
	TYPE=MANUAL) MODE=dryrun ;;
	AUTOPOWEROFFONSUCCESS=*) _yes=$(yes_to "$_value") && POWEROFF=$_yes ;;
	AUTOREBOOTONSUCCESS=*) _yes=$(yes_to "$_value") && REBOOT=$_yes ;;
	TYPE=*) false ;;
	*) return 1 ;;
	esac || return 2
}

# take WORD SOURCE: takes a setting or says what is wrong with it.
take() {
	_status=0
	setting "$1" || _status=$?
	case $_status in
	1) say "$2: \"$1\" is not a setting of this version: left out." ;;
	2) say "$2: \"$1\": this value is not possible: left out." ;;
	esac
}

# settings_file DIR NAME: as Windows editors leave it: CR LF, perhaps a byte order mark.
settings_file() {
	if [ "$(wc -c <"$1/$2")" -gt "$CONF_MAX" ]; then
		say "$2 is larger than $CONF_MAX bytes: not read."
		return 0
	fi
	printable <"$1/$2" | sed "s/^[[:space:]]*//; s/[[:space:]]*\$//; /^#/d; /^\$/d" >"$RUN/conf"
	while read -r _setting || [ -n "$_setting" ]; do
		take "$_setting" "$2"
	done <"$RUN/conf"
}

# settings_media: of the boot medium's FAT, else of the other medium, else of the ISO. The first that
# has any counts alone: the file of this server, else the one for all.
settings_media() {
	_own=servers/$(serial).conf
	for _dir in "$FAT" "$OTHER" "${BOOT_DISK:+$MEDIA/boot}"; do
		[ -n "$_dir" ] || continue
		for _name in "$_own" drydock.conf; do
			[ -f "$_dir/$_name" ] || continue
			say "Settings: $_name on /dev/$(device_at "$_dir")."
			settings_file "$_dir" "$_name"
			return
		done
	done
}

# settings_login: who may manage the BMC, where it wants to know: for drydock alone, in no log. From
# the same places, the first that has one.
settings_login() {
	_own=servers/$(serial).ilo-login.txt
	for _dir in "$FAT" "$OTHER" "${BOOT_DISK:+$MEDIA/boot}"; do
		[ -n "$_dir" ] || continue
		for _name in "$_own" ilo-login.txt; do
			[ -f "$_dir/$_name" ] || continue
			(umask 077 && head -c 1024 "$_dir/$_name" | tr -d '\r' >"$RUN/ilo-login")
			say "Login for the iLO: $_name on /dev/$(device_at "$_dir")."
			return
		done
	done
}

# settings_kernel_line: lists of the line replace those of the file.
settings_kernel_line() {
	_kernel_line=$(printable <"$ROOT/proc/cmdline")
	case " $_kernel_line" in *" drydock.only="*) ONLY= ;; esac
	case " $_kernel_line" in *" drydock.skip="*) SKIP= ;; esac
	set -f
	for _setting in $_kernel_line; do
		case $_setting in
		drydock.* | TYPE=* | AUTOPOWEROFFONSUCCESS=* | AUTOREBOOTONSUCCESS=*)
			take "$_setting" "kernel line"
			;;
		esac
	done
	set +f
}
