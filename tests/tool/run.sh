#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Vendors' tools in their runtimes: dynamically linked flashers of 64 and 32 bits and a shell script,
# run by the updater's own box in what `fwrepo runtime` has made of packages. Needs root.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
cd "$top" || exit 1
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
fwrepo=$build/fwrepo
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=tests/lab/tool.sh
. tests/lab/tool.sh

new_repo() {
	rm -rf "$work/repo"
	"$fwrepo" init "$work/repo" --id tools
}

# runtime OPTION...: a new repository with the runtime "rt", its payload copied to $work/runtime
runtime() {
	new_repo && "$fwrepo" runtime --repo "$work/repo" --id rt "$@" || return 1
	_sha=$("$fwrepo" show rt --repo "$work/repo" | sed -n 's/^payload .*SHA-256 //p')
	cp "$work/repo/blobs/$(printf '%.2s' "$_sha")/$_sha" "$work/runtime"
}

# boxed PROGRAM ARGUMENT...: runs it in the runtime as the payload; its result is printed
boxed() {
	rm -rf "$work/box"
	mkdir "$work/box"
	cp "$1" "$work/box/payload"
	chmod 0500 "$work/box/payload"
	cp "$work/runtime" "$work/box/runtime"
	shift
	"$build/drydock" run-in-box "dir=$work/box" prefix= runtime admin -- "$@" 3>&1
}

# ends RESULT TEXT PROGRAM ARGUMENT...: how it ended and what it said
ends() {
	_want=$1
	_text=$2
	shift 2
	_got=$(boxed "$@")
	cat "$work/box/log"
	echo "$_got"
	[ "$_got" = "$_want" ] && grep -q "$_text" "$work/box/log"
}

# flasher_of_bits 64|32: all that the static one of the unit tests does, with a library
flasher_of_bits() {
	ends 'exit 0' "bits $1" "$work/flasher$1" /run/payload limits x &&
		ends 'exit 0' 'flasher network' "$work/flasher$1" /run/payload network x &&
		ends 'exit 0' 'mount: Operation not' "$work/flasher$1" /run/payload outside x &&
		ends 'exit 0' 'flasher tmp' "$work/flasher$1" /run/payload tmp x &&
		ends 'signal 11' 'flasher crash' "$work/flasher$1" /run/payload crash x &&
		ends 'exit 42' 'flasher end' "$work/flasher$1" /run/payload end x x 42
}

script() {
	# shellcheck disable=SC2016
	printf 'read -r x </dev/null; echo "from $0: $(sed -n "s/^root/user/p" /etc/passwd)"; exit 3\n' \
		>"$work/script"
	ends 'exit 3' 'from /run/payload: user:x' "$work/script" /bin/sh /run/payload
}

missing_library() {
	tool_tree "$work/empty/opt" /bin/true && tool_deb "$work/empty.deb" empty 1 "$work/empty" &&
		runtime "$work/empty.deb" || return 1
	case $(boxed "$work/flasher64" /run/payload limits) in
	'failed: /run/payload: No such file or directory'*) ;;
	*) return 1 ;;
	esac
}

damaged_runtime() {
	head -c 5000 /dev/urandom >"$work/runtime"
	case $(boxed "$work/flasher64" /run/payload limits) in
	'failed: the runtime: mount'*) ;;
	*) return 1 ;;
	esac
}

same_bytes() {
	runtime "$work/one.deb" "$work/two.deb" && cp "$work/runtime" "$work/before" &&
		SOURCE_DATE_EPOCH=77 TZ=Asia/Tokyo runtime "$work/two.deb" "$work/one.deb" &&
		cmp "$work/before" "$work/runtime"
}

manifest() {
	_sha=$("$fwrepo" show rt --repo "$work/repo" | sed -n 's/^manifest .*SHA-256 //p')
	_file=$work/repo/blobs/$(printf '%.2s' "$_sha")/$_sha
	cat "$_file"
	grep -q "\"name\":\"one\",\"sha256\":\"$(sha256sum <"$work/one.deb" | cut -c1-64)\",\"version\":\"2.36-1\"" \
		"$_file" && grep -q '"name":"two"' "$_file" &&
		unsquashfs -cat "$work/runtime" etc/runtime.json | cmp - "$_file"
}

# What is in it, whose, and what is not.
contents() {
	unsquashfs -lln "$work/runtime" >"$work/list"
	cat "$work/list"
	! grep -Ev '^(Parallel|[0-9]|$|[-dl][-rwx]* 0/0 )' "$work/list" &&
		grep -q 'squashfs-root/lib64 -> usr/lib64' "$work/list" &&
		grep -q 'squashfs-root/opt/own$' "$work/list" &&
		grep -Eq '^drwxr-xr-x .*squashfs-root/proc$' "$work/list" &&
		! grep -q 'usr/share/doc' "$work/list" && ! grep -q 'rws' "$work/list"
}

own_files() {
	mkdir -p "$work/docs/usr/share/doc/x" "$work/docs/usr/bin"
	echo x >"$work/docs/usr/share/doc/x/copyright"
	echo x >"$work/docs/usr/bin/setuid"
	chmod 4755 "$work/docs/usr/bin/setuid"
	tool_deb "$work/docs.deb" docs 1 "$work/docs" &&
		runtime "$work/one.deb" "$work/docs.deb" --file "/opt/own=$work/flasher64" && contents &&
		ends 'exit 0' 'bits 64' "$work/flasher64" /opt/own limits
}

# refuses TEXT OPTION...: nothing is added
refuses() {
	_text=$1
	shift
	new_repo || return 1
	if "$fwrepo" runtime --repo "$work/repo" --id rt "$@" 2>"$work/err"; then return 1; fi
	cat "$work/err"
	grep -q "$_text" "$work/err" && ! "$fwrepo" show rt --repo "$work/repo" 2>/dev/null &&
		[ -z "$(find /var/tmp -maxdepth 1 -name 'fwrepo.??????' -newer "$work/one.deb")" ]
}

# A package made by hand: what is in its data.tar is the tar in $1.
hand_deb() {
	(
		cd "$work" && rm -rf hand && mkdir hand && cd hand && echo 2.0 >debian-binary &&
			printf 'Package: hand\nVersion: 1\nArchitecture: all\n' >control &&
			tar cf control.tar control && cp "$1" data.tar && rm -f ../hand.deb &&
			ar q ../hand.deb debian-binary control.tar data.tar
	) 2>/dev/null
}

bad_packages() {
	(cd "$work" && mkdir -p up/in && echo x >up/x && cd up/in && tar cPf "$work/up.tar" ../x)
	mkdir -p "$work/node" && mknod "$work/node/mem" c 1 1 && tar cf "$work/node.tar" -C "$work/node" mem
	hand_deb "$work/up.tar" && refuses '\.\.' "$work/hand.deb" &&
		hand_deb "$work/node.tar" && refuses 'mem: neither file' "$work/hand.deb" &&
		refuses 'one:amd64 twice' "$work/one.deb" "$work/one.deb" &&
		head -c 3000 "$work/one.deb" >"$work/cut.deb" && refuses 'cut.deb' "$work/cut.deb" &&
		head -c 20000 "$work/one.deb" >"$work/cut.deb" && refuses 'cut.deb' "$work/cut.deb" &&
		refuses 'passwd' /etc/passwd && refuses 'want /PATH=FILE' "$work/one.deb" --file opt=x &&
		refuses 'No such file' "$work/none.deb"
}

# The tool is left alone for as long as its runtime is not there.
named() {
	runtime "$work/one.deb" || return 1
	"$fwrepo" add "$work/flasher64" --repo "$work/repo" --id tool --version 2 --scheme dotted \
		--target pci:8086:1593 --backend vendor-tool --proof ethtool.fw=2 \
		--tool-arg '{payload}' --tool-arg '{node}' --tool-node '{node}' --tool-runtime rt \
		--tool-exit hpe-linux --tool-exit 7=power-cycle || return 1
	cat "$work/repo/index.json"
	grep -qF '"tool":{"argv":["{payload}","{node}"],"exits":[{"code":0,"meaning":"done"},{"code":1,"meaning":"reboot"},{"code":2,"meaning":"not-needed"},{"code":3,"meaning":"failed"},{"code":7,"meaning":"power-cycle"}],"nodes":["{node}"],"runtime":"rt"}' \
		"$work/repo/index.json" &&
		"$fwrepo" remove rt --repo "$work/repo" 2>"$work/err" &&
		grep -q 'the tool of tool runs in rt' "$work/err" &&
		[ "$(find "$work/repo/blobs" -type f ! -name '*.chunks' | wc -l)" = 1 ]
}

wrong_options() {
	new_repo
	for _option in '--tool-arg sh' '--tool-arg /bin/sh --tool-node /dev/kmem' \
		'--tool-arg /bin/sh --tool-exit 256=done' '--tool-arg /bin/sh --tool-exit 1=fine' \
		'--tool-arg /bin/sh --tool-exit windows' '--tool-node {node}' \
		'--tool-arg /bin/sh --backend nvme'; do
		# shellcheck disable=SC2086
		if "$fwrepo" add "$work/flasher64" --repo "$work/repo" --id t --version 2 \
			--scheme dotted --target pci:8086:1593 --backend vendor-tool $_option; then
			echo "$_option was taken"
			return 1
		fi
	done
}

# By the host's apt-get: both architectures, a shell, and all that they depend on.
fetched() {
	if ! runtime >"$work/fetch" 2>&1; then
		for _name in '64 bits' '32 bits' 'a shell script'; do
			skip "fetched packages: $_name" 'the distribution cannot be reached'
		done
		return 0
	fi
	check 'fetched packages: a flasher of 64 bits' flasher_of_bits 64
	if [ -f "$work/flasher32" ]; then
		check 'fetched packages: a flasher of 32 bits' flasher_of_bits 32
	else
		skip 'fetched packages: a flasher of 32 bits' 'the compiler makes none here'
	fi
	check 'fetched packages: a shell script as the payload' script
}

if [ "$(id -u)" != 0 ]; then
	skip 'vendors'\'' tools' 'needs root'
	tap_end
fi
tool_build "$work/flasher64"
tool_build "$work/flasher32" -m32 || rm -f "$work/flasher32"
tool_tree "$work/one" "$work/flasher64" && tool_deb "$work/one.deb" one 2.36-1 "$work/one"
[ ! -f "$work/flasher32" ] || tool_tree "$work/two" "$work/flasher32"
mkdir -p "$work/two/etc" && echo two >"$work/two/etc/two" && tool_deb "$work/two.deb" two 1 "$work/two"

check 'the same packages in any order, the same bytes' same_bytes
check 'the manifest: what is in it, beside it and inside' manifest
check 'a flasher of 64 bits' flasher_of_bits 64
if [ -f "$work/flasher32" ]; then
	check 'a flasher of 32 bits' flasher_of_bits 32
else
	skip 'a flasher of 32 bits' 'the compiler makes none here (gcc-multilib)'
fi
check 'files of our own in it; no owners, no setuid programs, no documentation' own_files
check 'a library that is missing' missing_library
check 'a runtime that is none' damaged_runtime
check 'packages that are refused' bad_packages
check 'a tool that names its runtime' named
check 'options that are refused' wrong_options
fetched
tap_end
