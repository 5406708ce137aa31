#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Repositories in the hands of people: two at once, no room, killed half way, files that are none.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
fwrepo=$build/fwrepo
work=$(mktemp -d)
trap 'cd /; umount "$work/small" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# add FILE ID REPO [OPTION...]
add() {
	_file=$1
	_id=$2
	_repo=$3
	shift 3
	"$fwrepo" add "$_file" --repo "$_repo" --id "$_id" --version 1.0 --scheme dotted \
		--target pci:1234:5678 --backend nvme --proof nvme.fr=1.0 "$@"
}

# fails STATUS TEXT COMMAND...: the command ends so and says so.
fails() {
	_want=$1
	_text=$2
	shift 2
	"$@" >said_now 2>&1
	_status=$?
	cat said_now
	[ "$_status" -eq "$_want" ] || { echo "exit status $_status"; return 1; }
	grep -qF -- "$_text" said_now
}

# state FOLDER: every name in it, and the bytes of every file
state() {
	(cd "$1" && find . | sort && find . -type f -exec sha256sum {} + | sort)
}

# unchanged FOLDER STATUS TEXT COMMAND...: it fails so, and the folder is as it was.
unchanged() {
	_folder=$1
	shift
	state "$_folder" >before
	fails "$@" || return 1
	state "$_folder" | diff before -
}

head -c 3000000 /dev/urandom >three
head -c 6000000 /dev/urandom >six
head -c 1000 /dev/urandom >thousand

good() {
	"$fwrepo" init repo --id lab && add three a repo && add thousand b repo --attach compsig=three &&
		"$fwrepo" key new site --dir keys --no-passphrase
}
check 'a repository' good

# --- two at once ---

# A FIFO would do to hold one up, but fwrepo takes none: the lock is held by flock(1), as fwrepo holds it.
locked() {
	(
		flock 9
		echo 4711 >&9
		"$@"
	) 9>>repo/lock
	_locked=$?
	rm -f repo/lock
	return "$_locked"
}

writers_wait() {
	locked unchanged repo 7 'repository repo is in use by process 4711' add six c repo &&
		locked fails 7 'in use by process 4711' "$fwrepo" remove a --repo repo &&
		locked fails 7 'in use by process 4711' "$fwrepo" import six --repo repo &&
		locked fails 7 'in use by process 4711' "$fwrepo" init repo --id again &&
		locked fails 7 'in use by process 4711' "$fwrepo" sign --repo repo --key site --key-dir keys
}
check 'who writes keeps others from writing' writers_wait
check 'and nobody from reading' locked "$fwrepo" list --repo repo

stale_lock() {
	echo 4711 >repo/lock
	add six c repo && [ ! -e repo/lock ] && "$fwrepo" remove c --repo repo
}
check 'a lock that a killed process left is none' stale_lock

# Twenty at once: each one works or is told that it is not its turn, and what worked is there.
crowd() {
	"$fwrepo" init crowd --id crowd || return 1
	_pids=
	for _n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		add thousand "c$_n" crowd >"crowd.$_n" 2>&1 &
		_pids="$_pids $!"
	done
	_worked=0
	for _pid in $_pids; do
		wait "$_pid"
		case $? in
		0) _worked=$((_worked + 1)) ;;
		7) ;;
		*) cat crowd.*; return 1 ;;
		esac
	done
	echo "$_worked of 20"
	[ "$_worked" -ge 1 ] && [ "$("$fwrepo" list --repo crowd --json | grep -c '"id": "c')" -eq "$_worked" ] &&
		[ "$(cat crowd.* | grep -c 'in use by')" -eq $((20 - _worked)) ] && [ ! -e crowd/lock ]
}
check 'twenty at once: none is lost, none is half there' crowd

# --- killed half way ---

leftovers() {
	mkdir repo/incoming.abc123 && echo x >repo/incoming.abc123/000 && echo x >repo/index.json.Ab12Cd &&
		echo mine >repo/notes.txt && add six c repo && "$fwrepo" remove c --repo repo &&
		[ "$(cd repo && echo *)" = 'blobs head.json index.json notes.txt' ] && rm repo/notes.txt
}
check 'what a killed run left is removed by the next, and nothing else' leftovers

# Killed at any moment: the repository is one that works, with the component or without it.
killed() {
	for _ms in 0 1 2 3 5 8 12 18 25 35 50 80; do
		"$fwrepo" add six --repo repo --id "k$_ms" --version 1.0 --scheme dotted --target pci:1234:5678 \
			--backend nvme >/dev/null 2>&1 &
		_pid=$!
		sleep "$(printf '0.%03d' "$_ms")"
		kill -KILL "$_pid" 2>/dev/null
		wait "$_pid" 2>/dev/null
		"$fwrepo" list --repo repo >listed || return 1
		! grep -q "^k$_ms " listed || "$fwrepo" remove "k$_ms" --repo repo || return 1
	done
	add thousand last repo && "$fwrepo" remove last --repo repo &&
		"$fwrepo" gc --repo repo && [ "$(find repo/blobs -type f | wc -l)" -eq 4 ] && [ -z "$(find repo -name 'incoming.*')" ]
}
check 'killed at any moment' killed

# --- no room ---

small() {
	mkdir small && mount -t tmpfs -o size=5m tmpfs small 2>/dev/null
}

full() {
	"$fwrepo" init small/repo --id small && add three a small/repo &&
		unchanged small/repo 7 'No space left' add six b small/repo &&
		unchanged small/repo 7 'No space left' add thousand b small/repo --attach compsig=six &&
		add thousand b small/repo && unchanged small/repo 7 'No space left' add six c small/repo
}

# Room for the payload but not for what comes after it: each page more or less is tried.
full_at_the_end() {
	rm -rf small/repo && "$fwrepo" init small/repo --id small || return 1
	_full=0
	for _pages in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
		rm -f small/ballast
		state small/repo >before
		head -c "$(((5 * 256 - _pages) * 4096))" /dev/zero >small/ballast 2>/dev/null
		if add thousand "p$_pages" small/repo >said_now 2>&1; then
			"$fwrepo" remove "p$_pages" --repo small/repo || return 1
		else
			grep -q 'No space left' said_now || { cat said_now; return 1; }
			_full=$((_full + 1))
		fi
		state small/repo | diff before - || { cat said_now; return 1; }
	done
	[ "$_full" -ge 3 ] && [ "$_full" -le 12 ]
}
if small; then
	check 'no room: the repository is as it was' full
	check 'no room at any page' full_at_the_end
else
	skip 'no room: the repository is as it was' 'tmpfs cannot be mounted here'
	skip 'no room at any page' 'tmpfs cannot be mounted here'
fi

# --- what is no file ---

no_files() {
	mkfifo fifo && mkdir -p folder && : >empty &&
		unchanged repo 6 'not a file' timeout 10 "$fwrepo" add fifo --repo repo --id x --version 1 \
			--scheme dotted --target pci:1234:5678 --backend nvme &&
		unchanged repo 6 'not a file' add folder x repo && unchanged repo 6 'not a file' add /dev/zero x repo &&
		unchanged repo 6 'empty' add empty x repo && unchanged repo 6 'nowhere' add nowhere x repo &&
		fails 6 'is not a repository' add three x folder && [ -z "$(ls folder)" ] &&
		fails 6 'is not a repository' add three x nowhere
}
check 'what is no file is refused, and at once' no_files

changing() {
	head -c 400000000 /dev/zero >growing
	(
		while [ ! -e stop ]; do
			echo x >>growing
			sleep 0.01
		done
	) &
	_pid=$!
	unchanged repo 6 'it changed while it was read' add growing x repo
	_status=$?
	: >stop
	wait "$_pid"
	rm -f growing
	return "$_status"
}
check 'a file that changes while it is read is not taken' changing

read_only() {
	mkdir -p locked && mount -t tmpfs tmpfs locked && "$fwrepo" init locked/repo --id ro &&
		add three a locked/repo && mount -o remount,ro locked &&
		unchanged locked 6 'cannot write in it' add thousand b locked/repo &&
		"$fwrepo" list --repo locked/repo && "$fwrepo" show a --repo locked/repo
	_status=$?
	umount locked
	return "$_status"
}
if [ -d small/repo ]; then
	check 'a folder that cannot be written to' read_only
else
	skip 'a folder that cannot be written to' 'tmpfs cannot be mounted here'
fi

# --- removing ---

removing() {
	"$fwrepo" remove b --repo repo && "$fwrepo" list --repo repo | grep -q '^a ' &&
		[ "$(find repo/blobs -type f | wc -l)" -eq 2 ] && "$fwrepo" remove a --repo repo && [ ! -e repo/blobs ]
}
check 'removing takes what nothing else needs' removing

# shellcheck source=tests/care/cases.sh
. "$top/tests/care/cases.sh"

# On a file system that can, a payload shares the blocks of the file that it came from; a change of
# that file later does not touch it.
shares_blocks() {
	cp three sharing/file && (cd sharing && "$fwrepo" init repo --id s && add file a repo) || return 1
	_blob=$(find sharing/repo/blobs -type f -size +1M)
	sync
	filefrag -v "$_blob" | tee said_now
	grep -q shared said_now && cmp "$_blob" three || return 1
	printf changed | dd of=sharing/file conv=notrunc status=none
	cmp "$_blob" three && ! cmp -s sharing/file three
}
mkdir sharing
truncate -s 300M sharing.img
if mkfs.btrfs -q sharing.img >/dev/null 2>&1 && mount -o loop sharing.img sharing 2>/dev/null; then
	check 'blocks are shared where the file system can' shares_blocks
	umount sharing
else
	skip 'blocks are shared where the file system can' 'btrfs cannot be mounted here'
fi

tap_end
