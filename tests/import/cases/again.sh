# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The same import again, after a kill, after a failure; files that change under it.

guid=aabbccdd-1122-3344-5566-778899aabbcc

# aged_capsule FILE VERSION: one that nobody has touched for a while.
aged_capsule() {
	"$top/tests/import/make_capsule.sh" fmp "$2" "$guid" >"$1"
}

# A cache that names another payload of the repository shows that the bytes are not read again; a
# file that was changed since is read.
again_cached() {
	fresh_repo
	aged_capsule one.cap 1 && aged_capsule two.cap 2 && sleep 4 || return 1
	imports one.cap two.cap && [ "$(wc -l <repo/import-cache.tsv)" -eq 2 ] || return 1
	"$fwrepo" list --repo repo --json >before.json
	imports one.cap two.cap && notes ALREADY_THERE one.cap && "$fwrepo" list --repo repo --json | cmp before.json - &&
		[ "$(wc -l <repo/import-cache.tsv)" -eq 2 ] || return 1
	# Both lines say what the second one said.
	awk -F '\t' -v OFS='\t' '{ key[NR] = $1; $1 = ""; rest = $0 } END { for (i = 1; i <= NR; i++) print key[i] rest }' \
		repo/import-cache.tsv >forged && mv forged repo/import-cache.tsv
	imports one.cap && notes IMPORTED one.cap || return 1
	cp one.cap copy && cat copy >one.cap && imports one.cap && notes ALREADY_THERE one.cap
}

# Only what is there counts.
again_without_blobs() {
	fresh_repo
	sleep 4
	imports one.cap && cp repo/import-cache.tsv kept && "$fwrepo" remove one-1 --repo repo && [ ! -e repo/blobs ] &&
		cp kept repo/import-cache.tsv && imports one.cap && "$fwrepo" show one-1 --repo repo &&
		payload_is one-1 one.cap
}

again_nonsense() {
	fresh_repo
	for _text in '' 'x' '	' 'abc	def' "$(head -c 3000 /dev/zero | tr '\0' 0)"; do
		printf '%s\n' "$_text" >repo/import-cache.tsv
		imports one.cap || return 1
	done
	head -c 100000 /dev/urandom >repo/import-cache.tsv
	imports one.cap
}

# What fails leaves neither payloads nor lines; the damaged one comes second.
again_failed() {
	fresh_repo
	cp one.cap a.cap && head -c 70 one.cap >b.cap && sleep 3 || return 1
	refuses_import 6 b.cap a.cap b.cap && [ ! -e repo/import-cache.tsv ] && [ ! -e repo/lock ]
}

# Killed at any moment, then imported to the end: as if nothing had been.
again_killed() {
	mkdir many && for _n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		aged_capsule "many/m$_n.cap" "$_n"
	done
	sleep 3
	fresh_repo
	if imports many; then
		"$fwrepo" list --repo repo --json | sed '/"serial"/d' >whole.json
	else
		return 1
	fi
	fresh_repo
	for _ms in 1 2 3 5 8 13 20 30 45; do
		"$fwrepo" import many --repo repo >/dev/null 2>&1 &
		_pid=$!
		sleep "$(printf '0.%03d' "$_ms")"
		kill -KILL "$_pid" 2>/dev/null
		wait "$_pid" 2>/dev/null
	done
	imports many && "$fwrepo" list --repo repo --json | sed '/"serial"/d' | cmp whole.json - &&
		[ -z "$(find repo -name 'incoming.*')" ] && [ "$(wc -l <repo/import-cache.tsv)" -ge 20 ]
}

check 'again: what was taken is not read again, what changed is' again_cached
check 'again: a cache without payloads is none' again_without_blobs
check 'again: a cache of nonsense is none' again_nonsense
check 'again: a failed import leaves nothing to go on with' again_failed
check 'again: killed at any moment, then to the end' again_killed
