# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
#
# Runs against another machine's iLO that are killed, and iLOs whose power fails: tests/ilo/cuts.sh,
# with seeds that CI does not run. Each goes on where the last one ended. Sourced by run.sh.

# soak_ilo COUNT
soak_ilo() {
	_first=$(($(seeds_next ilo-cuts) + 1000))
	_last=$((_first + $1 - 1))
	while [ "$_first" -le "$_last" ]; do
		_log=$soak/ilo-cuts.log
		if DRYDOCK_BUILD="$lab_build" tests/ilo/run.sh --seeds "$_first" "$_first" >"$_log" 2>&1; then
			result ilo-cuts 1 0 "$(sed -n 's/^ok 1 - //p' "$_log")"
		else
			result ilo-cuts 1 1 "seed $_first"
			sed 's/^/    /' "$_log"
		fi
		_first=$((_first + 1))
	done
}
