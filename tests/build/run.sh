#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The build itself: the lock, the fetcher's refusals, the libraries, and that no name of a folder of
# the machine that built it is in a result.
# shellcheck disable=SC2317
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
fetch=$top/rootfs/fetch.sh
lock=$top/rootfs/sources.lock
cache=${DRYDOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/drydock}
tab=$(printf '\t')
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# says WORDS COMMAND...: fails, and says so in these words.
says() {
	_words=$1
	shift
	if _out=$("$@" 2>&1); then
		printf 'succeeded: %s\n' "$_out"
		return 1
	fi
	printf '%s\n' "$_out" | grep -F -- "$_words" >/dev/null || {
		printf 'said only: %s\n' "$_out"
		return 1
	}
}

lock_lines() {
	grep -v '^#' "$lock"
}

lock_complete() {
	lock_lines | awk -F '\t' '
	function bad(why) { print "line " NR ": " why ": " $0; wrong = 1 }
	NF != 7 { bad("not seven fields"); next }
	$1 !~ /^(src|headers|image|grub|qemu|openssl|netdevsim)(,(src|headers|image|grub|qemu|openssl|netdevsim))*$/ { bad("group") }
	$2 !~ /^[a-z0-9][a-z0-9.+-]*$/ { bad("name") }
	$3 == "" { bad("version") }
	$4 !~ /^debian(-security)?\/pool\/[^,]+(,debian(-security)?\/pool\/[^,]+)*$/ { bad("places") }
	$5 !~ /^[1-9][0-9]*$/ { bad("size") }
	$6 !~ /^[0-9a-f]+$/ || length($6) != 64 { bad("SHA-256") }
	$7 !~ /^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$/ { bad("licence") }
	seen[$2]++ { bad("name twice") }
	END { exit wrong || NR < 20 }'
}

lock_sorted() {
	lock_lines | LC_ALL=C sort -c -t "$tab" -k 1,1 -k 2,2
}

# No host may be named in what is committed: the mirror comes from the machine.
lock_names_no_host() {
	! grep -n '://' "$lock" "$top"/rootfs/packages/*.sh
}

# A pool path holds the version that the line claims, so a half-edited line is found.
lock_versions_fit() {
	lock_lines | awk -F '\t' '{
		version = $3
		sub(/^[0-9]+:/, "", version)
		if (index($4, "_" version) == 0) { print $2 ": " $3 " is not in " $4; wrong = 1 }
	} END { exit wrong }'
}

# serve FOLDER: an HTTP server on the loopback; sets mirror and server.
serve() {
	for _port in 18631 18731 18831 18931; do
		"$build/busybox" httpd -f -p "127.0.0.1:$_port" -h "$1" 2>/dev/null &
		server=$!
		mirror=http://127.0.0.1:$_port/debian
		sleep 1
		kill -0 "$server" 2>/dev/null && return 0
	done
	return 1
}

# with_fetch CACHE ARGUMENT...: the fetcher with its own cache, lock and record of drift.
with_fetch() {
	_cache=$1
	shift
	DRYDOCK_BUILD=$work/build DRYDOCK_CACHE=$_cache DRYDOCK_LOCK=$work/lock \
		DRYDOCK_MIRROR=$mirror "$fetch" "$@"
}

# The file of the lock's line is made here, so the test needs neither network nor cache.
make_mirror() {
	mkdir -p "$work/www/debian/pool/main/s/sample"
	printf 'the right bytes\n' >"$work/right"
	printf 'the wrong bytes\n' >"$work/wrong"
	_size=$(stat -c %s "$work/right")
	_hash=$(sha256sum <"$work/right" | cut -c 1-64)
	printf 'src\tsample\t1.0\tdebian/pool/main/g/gone_1.0.tar.gz,debian/pool/main/s/sample/sample_1.0.tar.gz\t%s\t%s\tMIT\n' \
		"$_size" "$_hash" >"$work/lock"
	served=$work/www/debian/pool/main/s/sample/sample_1.0.tar.gz
	wanted=$work/cache/files/$_hash
}

# Same length, other bytes: only the hash can tell.
corrupted_refused() {
	cp "$work/wrong" "$served"
	says 'refused, these are not the locked bytes' with_fetch "$work/cache" --locked get sample &&
		cache_is_empty
}

truncated_refused() {
	head -c 7 "$work/right" >"$served"
	says 'refused, these are not the locked bytes' with_fetch "$work/cache" --locked get sample &&
		cache_is_empty
}

cache_is_empty() {
	_left=$(find "$work/cache/files" -type f)
	[ -z "$_left" ] || {
		printf 'in the cache: %s\n' "$_left"
		return 1
	}
}

gone_refused() {
	rm -f "$served"
	says '--locked allows no other' with_fetch "$work/cache" --locked get sample && cache_is_empty
}

# Without --locked a newer file may take the place of one that is gone, but only on the word of an
# index that is signed by the distribution. This one is not; nothing else is wrong with it.
forged_index_refused() {
	rm -f "$served"
	for _archive in debian debian-security; do
		for _suite in trixie trixie-updates trixie-backports trixie-security; do
			forge_index "$work/www/$_archive/dists/$_suite"
		done
	done
	says 'the signed indexes of the mirror cannot be read' with_fetch "$work/cache" get sample &&
		says "isn't valid" with_fetch "$work/cache" get sample && cache_is_empty
}

# forge_index FOLDER
forge_index() {
	mkdir -p "$1/main/binary-amd64" "$1/main/source"
	: >"$1/main/binary-amd64/Packages"
	: >"$1/main/source/Sources"
	{
		printf 'Origin: Debian\nSuite: %s\nCodename: %s\n' "${1##*/}" "${1##*/}"
		printf 'Date: %s\n' "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S UTC')"
		printf 'Architectures: amd64\nComponents: main\nSHA256:\n'
		for _index in main/binary-amd64/Packages main/source/Sources; do
			printf ' %s 0 %s\n' "$(sha256sum <"$1/$_index" | cut -c 1-64)" "$_index"
		done
	} >"$1/InRelease"
}

# The first place of the line does not exist: the second is asked.
right_taken() {
	cp "$work/right" "$served"
	_path=$(with_fetch "$work/cache" --locked get sample) || return 1
	[ "$_path" = "$wanted" ] && cmp "$_path" "$work/right"
}

warm_needs_no_mirror() {
	mirror=http://127.0.0.1:9/debian
	_path=$(with_fetch "$work/cache" get sample 1.0) || return 1
	cmp "$_path" "$work/right"
}

# A file that rotted in the cache is not handed out.
rotten_thrown_away() {
	cp "$work/wrong" "$wanted"
	mirror=http://127.0.0.1:9/debian
	says 'is damaged and thrown away' with_fetch "$work/cache" --locked get sample && [ ! -e "$wanted" ]
}

wrong_version_refused() {
	says 'is locked at 1.0, not 2.0' with_fetch "$work/cache" get sample 2.0
}

fetch_tests() {
	make_mirror
	if [ ! -x "$build/busybox" ]; then
		skip 'fetcher against a mirror on the loopback' 'build/busybox is not built'
		return 0
	fi
	serve "$work/www"
	check 'a download with other bytes is refused and does not enter the cache' corrupted_refused
	check 'a truncated download is refused' truncated_refused
	check '--locked refuses when the locked file is gone' gone_refused
	check 'a newer file on the word of an unsigned index is refused' forged_index_refused
	check 'the second place of a line is asked, and the right bytes taken' right_taken
	check 'another version than the locked one is refused' wrong_version_refused
	check 'with a warm cache the mirror is not needed' warm_needs_no_mirror
	check 'a damaged file in the cache is thrown away' rotten_thrown_away
}

# no_build_paths FILE...: neither this checkout, nor the cache, nor the home folder.
no_build_paths() {
	for _file in "$@"; do
		[ -f "$_file" ] || {
			printf '%s is not there\n' "$_file"
			return 1
		}
		if strings -a "$_file" | grep -F -e "$top" -e "$cache" -e "$HOME/" -e /build/work/; then
			printf '^ in %s\n' "$_file"
			return 1
		fi
	done
}

path_tests() {
	for _file in "$build/drydock" "$build/fwrepo" "$build/busybox" \
		"$build/sysroot/musl/lib/libcrypto.a" "$build/sysroot/musl/lib/libc.a" \
		"$build/sysroot/musl/lib/libpci.a" "$build/sysroot/musl/lib/libefivar.a" \
		"$build/sysroot/musl/lib/libarchive.a" "$build/sysroot/musl/lib/liblzma.a" \
		"$build/sysroot/musl/lib/libexpat.a"; do
		check "no path of this machine in ${_file#"$build"/}" no_build_paths "$_file"
	done
}

# crypto_program FLAVOUR
crypto_program() {
	_sysroot=$build/sysroot/$1
	case $1 in
	musl) set -- "$_sysroot/bin/musl-gcc" -static ;;
	glibc) set -- gcc ;;
	esac
	"$@" -std=c17 -Wall -Wextra -Werror -I "$_sysroot/include" "$here/crypto_check.c" \
		-o "$work/crypto" -L "$_sysroot/lib" -lcrypto -lpthread
}

# crypto_tests FLAVOUR: each line of the program becomes one of ours.
crypto_tests() {
	if [ ! -d "$build/sysroot/$1" ]; then
		skip "libcrypto of $1" "build/sysroot/$1 is not built"
		return 0
	fi
	check "$1: a program links with libcrypto" crypto_program "$1"
	"$work/crypto" >"$work/crypto.out" || tap_failed=1
	while read -r _line; do
		case $_line in
		'ok '*) ok "$1: ${_line#ok }" ;;
		*) not_ok "$1: ${_line#not ok }" ;;
		esac
	done <"$work/crypto.out"
}

static_program() {
	! readelf -lW "$1" | grep INTERP
}

# BusyBox gives up wishes silently; without these init could not do its work.
busybox_can() {
	for _applet in ash awk blkid cat cttyhack dd dmesg find getty grep init modprobe mount od poweroff \
		reboot sed setsid sha256sum sleep sort stty sync tee tr umount uname zcat; do
		"$build/busybox" --list | grep -qx "$_applet" || {
			printf 'no %s\n' "$_applet"
			return 1
		}
	done
}

# The small modprobe, a default of BusyBox, knows no aliases: coldplug would load nothing, silently.
busybox_knows_aliases() {
	_modules=$work/root/lib/modules/$(uname -r)
	mkdir -p "$_modules"
	printf 'kernel/sample.ko:\n' >"$_modules/modules.dep"
	printf 'alias pci:v00001234d*sv*sd*bc*sc*i* sample\n' >"$_modules/modules.alias"
	: >"$_modules/modules.symbols"
	cp "$build/busybox" "$work/root/busybox"
	_said=$(chroot "$work/root" /busybox modprobe -D pci:v00001234d00000001sv0sd0bc0sc0i0 2>&1) || true
	printf '%s\n' "$_said" | grep 'sample.ko'
}

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
mirror=
check 'the lock is complete: seven well-formed fields, names once' lock_complete
check 'the lock is sorted' lock_sorted
check 'every pool path holds the version of its line' lock_versions_fit
check 'lock and recipes name no host' lock_names_no_host
fetch_tests
path_tests
check 'busybox is static' static_program "$build/busybox"
check 'busybox has what init needs' busybox_can
if [ "$(id -u)" = 0 ]; then
	check 'busybox modprobe follows aliases' busybox_knows_aliases
else
	skip 'busybox modprobe follows aliases' 'needs chroot'
fi
crypto_tests musl
crypto_tests glibc
# man_pages PROGRAM: one for it and one for each command, which names every option of --help.
man_pages() {
	head -n 1 "$build/man/$1.8" | grep -q "^.TH $1 8" || return 1
	for _command in $("$build/$1" --commands); do
		_page=$build/man/$1-$_command.8
		head -n 1 "$_page" | grep -q "^.TH $1-$_command 8" || { echo "no page of $_command"; return 1; }
		"$build/$1" "$_command" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p' | sed 's/-/\\-/g' |
			while read -r _option; do
				grep -qF -- "$_option" "$_page" || { echo "$_command: no --$_option"; return 1; }
			done || return 1
	done
}
# Messages of libarchive and expat are in what is linked with them.
unpacks() {
	grep -q 'Truncated ZIP file' "$1" && grep -q 'unclosed CDATA section' "$1"
}
unpacks_nothing() {
	! grep -q 'Truncated ZIP' "$1" && ! grep -q 'unclosed CDATA' "$1"
}
check 'fwrepo is static' static_program "$build/fwrepo"
check 'drydock is static' static_program "$build/drydock"
check 'fwrepo unpacks archives of vendors' unpacks "$build/fwrepo"
check 'drydock does not' unpacks_nothing "$build/drydock"

check 'drydock: a man page for each command' man_pages drydock
check 'fwrepo: a man page for each command' man_pages fwrepo

tap_end
