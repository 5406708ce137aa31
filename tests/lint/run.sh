#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What can be checked without running anything. One test a rule.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
build=${DRYDOCK_BUILD:-$top/build}
number=0
broken=0

# check NAME COMMAND...: passes when the command prints nothing and succeeds
check() {
	_name=$1
	shift
	number=$((number + 1))
	if _said=$("$@" 2>&1) && [ -z "$_said" ]; then
		echo "ok $number - $_name"
	else
		printf '%s\n' "$_said" | head -n 60 | sed 's/^/# /'
		echo "not ok $number - $_name"
		broken=1
	fi
}

# sources PATTERN...: files of the checkout, also those that are not committed yet
sources() {
	git ls-files --cached --others --exclude-standard -- "$@" | while read -r _file; do
		[ ! -f "$_file" ] || printf '%s\n' "$_file"
	done
}

shell_files() {
	sources '*.sh' init .ci/run | while read -r _file; do
		head -n 1 "$_file" | grep -q '^#!/bin/\(sh\|ash\)' && printf '%s\n' "$_file"
	done
}

shellcheck_all() {
	shell_files | xargs shellcheck -x -s sh
}

clang_format_all() {
	sources '*.c' '*.h' | while read -r _file; do
		clang-format --style=file "$_file" | cmp -s - "$_file" || echo "$_file: not as .clang-format wants it"
	done
}

# cppcheck does not see __attribute__((cleanup)): leaks are what the sanitizers are for.
cppcheck_all() {
	sources 'updater/*.c' 'firmware-repo/*.c' 'tests/lab/*.c' |
		cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr \
			--suppress=memleak --suppress=resourceLeak --suppress=missingIncludeSystem --suppress=unknownMacro -j "$(nproc)" \
			--std=c11 -Iupdater -Ifirmware-repo -Itests/lab --file-list=-
}

spdx_all() {
	sources '*.c' '*.h' '*.sh' '*.mk' '*.list' '*.lock' '*.config' '*.in' '*.test' init rootfs \
		Makefile .shellcheckrc .ci/run .clang-format .editorconfig | grep -Ev '\.md$|^rootfs/skel/etc/(passwd|group)$' | sort -u |
		while read -r _file; do
			head -n 3 "$_file" | grep -q 'SPDX-License-Identifier: ' || echo "$_file: no SPDX line"
		done
}

# base <- hw, format <- backends: nothing looks upwards, and the planner knows no hardware.
includes_of() {
	sources "$@" | xargs grep -Hn '#include "' /dev/null
}

include_rule() {
	includes_of 'updater/base/*' | grep -Ev '"base/' && return 1
	includes_of 'updater/format/*' | grep -Ev '"(base|format)/' && return 1
	includes_of 'updater/hw/*' | grep -Ev '"(base|format|hw)/|"(inventory/inventory|inventory/probe|backends/backend)\.h"' && return 1
	includes_of 'updater/plan/*' | grep -E '"(hw|backends)/|"inventory/probe\.h"' && return 1
	includes_of 'updater' | grep -E '"(import|media|parse|firmware-repo)/' && return 1
	includes_of 'firmware-repo/parse/*' | grep . | grep -Ev '"(base|format|repo|inventory|parse)/|"import/xml\.h"' && return 1
	return 0
}

# A name on the left may not be called in our C: no bound, or a limit that nobody states.
forbidden_calls() {
	sources 'updater/*.c' 'firmware-repo/*.c' | xargs grep -HnwE '(strcpy|strcat|sprintf|vsprintf|atoi|atol|strtok|gets|alloca)[[:space:]]*\(' && return 1
	return 0
}

# Only commands and the user interface print; opts.c is both programs' --help.
prints_below() {
	sources 'updater/base/*.c' 'updater/hw/*.c' 'updater/format/*.c' 'updater/backends/*.c' \
		'updater/plan/*.c' 'updater/journal/*.c' 'updater/repo/*.c' | grep -v '/opts\(_help\)*\.c$' |
		xargs grep -HnwE '(printf|puts|perror|exit)[[:space:]]*\(' && return 1
	return 0
}

no_interpreter() {
	for _program in drydock fwrepo busybox; do
		[ -x "$build/$_program" ] || echo "$build/$_program is missing"
		! readelf -lW "$build/$_program" | grep INTERP || echo "$_program has an interpreter"
	done
}

drydock_size() {
	_size=$(stat -c %s "$build/drydock")
	[ "$_size" -le 6000000 ] || echo "drydock has $_size bytes, more than 6 MB"
}

long_files() {
	sources 'updater/*.c' 'firmware-repo/*.c' 'tests/*.c' | while read -r _file; do
		_lines=$(wc -l <"$_file")
		_most=500
		case $_file in tests/*) _most=700 ;; esac
		[ "$_lines" -le "$_most" ] || echo "$_file has $_lines lines: it holds more than one idea"
	done
}

echo "# shellcheck $(shellcheck --version | sed -n 's/^version: //p'), $(clang-format --version)"
check 'shellcheck' shellcheck_all
check 'clang-format' clang_format_all
check 'cppcheck' cppcheck_all
check 'an SPDX line in every file' spdx_all
check 'the include rule' include_rule
check 'no call without a bound' forbidden_calls
check 'the lower layers never print' prints_below
check 'no INTERP: the programs are static' no_interpreter
check 'drydock has at most 6 MB' drydock_size
check 'no file outgrows its idea' long_files
echo "1..$number"
exit $broken
