# SPDX-License-Identifier: GPL-3.0-or-later
#
# gc, diff, sums, JSON and bars. Read by run.sh.
# shellcheck shell=sh disable=SC2154 # fwrepo: of run.sh

json_is() {
	python3 -c 'import json, sys
doc = json.load(sys.stdin)
sys.exit(0 if eval(sys.argv[1], {"d": doc}) else print(json.dumps(doc, indent=1)) or 1)' "$1"
}

# --- gc ---

gc() {
	rm -rf gc && "$fwrepo" init gc --id gc && add three a gc --attach compsig=thousand && cp -a gc other &&
		add six b other && cp -a other/blobs gc/ && : >gc/blobs/notes.txt &&
		state gc >before && "$fwrepo" gc --repo gc --dry-run | grep -qx 'would remove 2 files, 6000192 bytes' &&
		state gc | diff before - && "$fwrepo" gc --repo gc --json >json &&
		json_is 'd["files"] == 2 and d["bytes"] == 6000192 and d["removed"] is True' <json &&
		"$fwrepo" gc --repo gc | grep -qx 'removed 0 files, 0 bytes' &&
		[ "$(find gc/blobs -type f | wc -l)" -eq 5 ]
}
check 'gc removes payloads that nothing names, and nothing else' gc

gc_cut_off() {
	_list=$(find gc/blobs -name '*.chunks' | head -n 1)
	cp "$_list" "$_list.aB3xYz" && "$fwrepo" gc --repo gc | grep -qx 'removed 1 file, .* bytes' && [ -e "$_list" ]
}
check 'and what was being written' gc_cut_off

# --- diff ---

same() {
	cp -a gc twin && "$fwrepo" diff gc twin | grep -qx 'the same 1 component' &&
		"$fwrepo" diff gc twin --json | json_is 'd["same"] and d["differences"] == []'
}
check 'diff of the same' same

differ() {
	"$fwrepo" remove a --repo twin && add six a twin --name Other && add thousand new twin &&
		add thousand gone gc && "$fwrepo" diff gc twin >said_now && cat said_now &&
		grep -q '^! a  *3000000 -> 6000000 bytes (' said_now &&
		grep '^! a ' said_now | grep -q 'name' && grep '^! a ' said_now | grep -q 'attachments' &&
		! grep '^! a ' said_now | grep -q 'targets' &&
		grep -q '^+ new  *1.0  *1000 bytes$' said_now && grep -q '^- gone  *1.0  *1000 bytes$' said_now &&
		grep -qx '1 added, 1 removed, 1 changed; 3001000 bytes before, 6001000 after' said_now &&
		"$fwrepo" diff gc twin --json | json_is 'not d["same"] and [(x["id"], x["change"]) for x in d["differences"]] == [("a", "changed"), ("gone", "removed"), ("new", "added")] and d["differences"][0]["a"]["payload"]["size"] == 3000000'
}
check 'diff of what differs' differ
check 'diff with what is none' fails 6 'is not a repository' "$fwrepo" diff gc folder

# --- what there is, as text and as JSON ---

sums() {
	"$fwrepo" list --repo gc >said_now && cat said_now && grep -q '^a .* 3000000 bytes .* + 1 file$' said_now &&
		tail -n 1 said_now | grep -qx '2 components, 3001000 bytes' &&
		"$fwrepo" list --repo gc --json | json_is 'd["bytes"] == 3001000 and len(d["components"]) == 2' &&
		"$fwrepo" show a --repo gc | grep -q '^compsig thousand, 1000 bytes, SHA-256'
}
check 'attachments and sums in list and show' sums

all_json() {
	"$fwrepo" key new j --dir keys --no-passphrase --json 2>/dev/null | json_is 'd["name"] == "j" and len(d["ed25519"]) == 64 and len(d["ml-dsa-65"]) == 64' &&
		"$fwrepo" init j --id j --json | json_is 'd["repository"] == "j"' &&
		"$fwrepo" add three --repo j --id a --version 1 --scheme dotted --target pci:1234:5678 --backend nvme \
			--proof nvme.fr=1 --json | json_is 'd["added"] == "a"' &&
		"$fwrepo" sign --repo j --key j --key-dir keys --json | json_is 'd["serial"] == 1' &&
		"$fwrepo" trust --out jt --key j --key-dir keys --json | json_is 'd["path"] == "jt"' &&
		"$fwrepo" verify --repo j --trust jt --json | json_is 'd["ok"]' &&
		"$fwrepo" remove a --repo j --json | json_is 'd["removed"] == "a"'
}
check 'JSON, and nothing but JSON, from every command' all_json

# --- bars ---

bars() {
	"$fwrepo" init v --id v && add six a v && "$fwrepo" sign --repo v --key site --key-dir keys &&
		"$fwrepo" trust --out vt --key site --key-dir keys || return 1
	script -qec "'$fwrepo' verify --repo v --trust vt" typescript >/dev/null || return 1
	tr '\r' '\n' <typescript >lines
	cat lines
	grep -q '^verify \[[#.]*\] *[0-9]* % [0-9]*/5 MiB ' lines && awk '/^verify/ && length($0) > 79 { exit 1 }' lines &&
		grep -q '^ok  *a ' lines || return 1
	"$fwrepo" verify --repo v --trust vt >out 2>err && [ ! -s err ] && ! grep -q '%' out
}
check 'a bar on a terminal, 80 columns, and none in a pipe' bars
