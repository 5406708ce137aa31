#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Orders the steps. Each of them skips itself when nothing it depends on has changed.
set -eu
top=$(cd "$(dirname "$0")" && pwd)
# The variable is for suites that are run by themselves; this builds in build/, always.
unset DRYDOCK_BUILD
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"
cd "$top"

usage() {
	cat <<'TEXT'
usage: ./build.sh [--locked] [COMMAND [ARGUMENT...]]

  (none)       the image, the updater and fwrepo into build/
  demo         builds, boots the stick in an emulated server, updates it, shows the report
  test         everything that checks this project; arguments choose suites
  bench        measures the figures of BENCHMARKS.md again
  soak         the long proofs, restartable
  fetch        brings every input into the cache, for building without a network
  update-lock  writes rootfs/sources.lock anew from the signed indexes
  clean        removes build/; the cache stays

  --locked     builds from exactly the locked inputs or not at all

Missing packages of rootfs/host-packages.list are installed first (as root, or by sudo).
DRYDOCK_CACHE=DIR names the cache, DRYDOCK_MIRROR=URL another mirror than apt's.
TEXT
}

# missing_packages: of the list, what dpkg does not have.
missing_packages() {
	sed '/^#/d; /^$/d' rootfs/host-packages.list | while read -r _package; do
		_status=$(dpkg-query -W -f '${db:Status-Status}' "$_package" 2>/dev/null) || _status=
		[ "$_status" = installed ] || printf '%s\n' "$_package"
	done
}

host_packages() {
	command -v dpkg-query >/dev/null || die "this needs a Debian or a relative of it (no dpkg here)"
	_missing=$(missing_packages | tr '\n' ' ')
	[ -n "$_missing" ] || return 0
	printf 'Installing from your distribution: %s\n' "$_missing"
	[ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null ||
		die "neither root nor sudo without a password: install these yourself"
	# shellcheck disable=SC2086
	step packages 'packages for the build' install_packages $_missing
}

# install_packages PACKAGE...: with fresh lists when the present ones do not do.
install_packages() {
	as_root apt-get install -y --no-install-recommends "$@" && return 0
	as_root apt-get update
	as_root apt-get install -y --no-install-recommends "$@"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

# step NAME TEXT COMMAND...: one line with the seconds; what the command says is in build/log.
step() {
	_log=$build/log/$1.log
	_text=$2
	shift 2
	mkdir -p "$build/log"
	_began=$(date +%s)
	printf '  %-44s' "$_text"
	if ! "$@" >"$_log" 2>&1; then
		printf 'FAILED after %s s\n\n' "$(($(date +%s) - _began))"
		tail -n 30 "$_log"
		die "$_text failed; all of it: ${_log#"$top"/}"
	fi
	printf '%5d s\n' "$(($(date +%s) - _began))"
	show_drift
}

# show_drift: an input that is not the locked one is said once a run, and loudly.
show_drift() {
	[ -z "${drift_shown:-}" ] && [ "${DRYDOCK_LOCKED:-0}" != 1 ] && [ -s "$drift" ] || return 0
	drift_shown=yes
	printf '\n  ATTENTION: not the locked inputs; these have left the pool and newer ones are used:\n'
	cut -f 3,4 "$drift" | sed "s/$tab/ /; s/^/    /"
	printf '  (build/%s; ./build.sh update-lock makes it permanent)\n\n' "${drift##*/}"
}

# sysroot FLAVOUR
sysroot() {
	step "sysroot-$1" "libraries ($1)" rootfs/build-package.sh "$1" sysroot
}

# keep_if_same FROM TO: copies when the bytes differ, so that nothing is made anew for a date.
keep_if_same() {
	cmp -s "$1" "$2" || cp -p "$1" "$2"
}

programs() {
	sysroot musl
	keep_if_same "$build/sysroot/musl/bin/busybox" "$build/busybox"
	step programs 'drydock and fwrepo' make -j"$(nproc)" FLAVOUR=musl all
}

image() {
	programs
	step initramfs 'kernel and initramfs' rootfs/mkinitramfs.sh
	step iso 'image' iso/mkiso.sh
}

# lab: what boots the image on this machine.
lab() {
	step qemu 'QEMU' rootfs/tool.sh qemu
	step lab 'emulated devices' make lab
}

test_all() {
	image
	lab
	step openssl 'openssl, as an auditor has it' rootfs/tool.sh openssl
	sysroot glibc
	step tests 'tests, static' make -j"$(nproc)" FLAVOUR=musl tests
	step sanitized 'tests and fuzzers with sanitizers' \
		make -j"$(nproc)" FLAVOUR=glibc tests fuzzers
	tests/run.sh "$@"
}

fetch_all() {
	step fetch 'inputs' rootfs/fetch.sh all
}

command=
while [ $# -gt 0 ]; do
	case $1 in
	--locked)
		DRYDOCK_LOCKED=1
		export DRYDOCK_LOCKED
		shift
		;;
	-h | --help | help)
		usage
		exit 0
		;;
	-*)
		usage >&2
		exit 2
		;;
	*)
		command=$1
		shift
		break
		;;
	esac
done

case $command in
clean)
	rm -rf "$build"
	exit 0
	;;
'' | demo | test | bench | soak | fetch | update-lock) host_packages ;;
*)
	usage >&2
	exit 2
	;;
esac

case $command in
'')
	image
	printf '\n%s\n' "build/drydock.iso is ready: $(($(stat -c %s "$build/drydock.iso") / 1000000)) MB"
	;;
demo)
	image
	lab
	tests/demo/demo.sh "$@"
	;;
test) test_all "$@" ;;
bench)
	image
	lab
	tests/bench/run.sh "$@"
	;;
soak)
	image
	lab
	tests/soak/run.sh "$@"
	;;
fetch) fetch_all ;;
update-lock) rootfs/update-lock.sh ;;
esac
