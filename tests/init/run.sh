#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# init under dash with this machine's programs, and under BusyBox ash with BusyBox's: the two
# differ in more than the shell. Each case lays out a machine in a folder (machine.sh).
set -eu
LC_ALL=C
export LC_ALL
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export top work

# suite NAME SHELL: its cases, named after it.
suite() {
	shell=$2
	work=$work/$1
	mkdir "$work"
	export shell
	$2 "$top/tests/init/cases.sh" 2>&1 | sed "s/^\(not ok\|ok\) - /&$1: /"
	work=${work%/*}
}

# applets DIR: BusyBox's programs, by their names.
applets() {
	mkdir "$1"
	"$build/busybox" --list | while read -r _applet; do
		ln -s "$build/busybox" "$1/$_applet"
	done
}

{
	suite dash dash
	if [ -x "$build/busybox" ]; then
		applets "$work/applets"
		APPLETS=$work/applets
		export APPLETS
		suite ash "$build/busybox ash"
	else
		echo "ok - BusyBox ash # SKIP build/busybox is not built"
	fi
} | awk '/^ok - / { sub(/^ok/, "ok " ++n) } /^not ok - / { sub(/^not ok/, "not ok " ++n); bad = 1 }
	{ print } END { print "1.." n; exit bad || n < 100 }'
