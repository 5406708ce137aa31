#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Repositories as fwrepo makes them, as an auditor checks them, and with every fault that must be
# told. Signed nonsense is signed by openssl: what a hostile or careless owner of a key could make.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
drydock=$build/drydock
fwrepo=$build/fwrepo
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# --- the parts of a test ---

# both ARGUMENT...: the two programs have one reader and must agree.
both_verify() {
	"$drydock" verify "$@" && "$fwrepo" verify "$@"
}

# refuses REASON TEXT [TRUST]: ./repo is refused by both programs, exit 6, with this reason id and
# a message that holds TEXT and says that nothing was changed; the directory stays as it was.
refuses() {
	_trust=${3:-trust}
	find repo -type f -exec sha256sum {} + | sort >before
	for _program in "$drydock" "$fwrepo"; do
		"$_program" verify --repo repo --trust "$_trust" >out 2>message
		_status=$?
		cat out message
		[ "$_status" -eq 6 ] || { echo "exit status $_status"; return 1; }
		grep -qF "$2" out message || { echo "says nothing of: $2"; return 1; }
		grep -qF "($1)" message || { echo "reason is not $1"; return 1; }
		grep -qF 'nothing was changed' message || return 1
		"$_program" verify --repo repo --trust "$_trust" --json >json 2>/dev/null
		[ $? -eq 6 ] || return 1
		grep -qF "\"reason\": \"$1\"" json || { cat json; return 1; }
		grep -qF '"ok": false' json || return 1
	done
	find repo -type f -exec sha256sum {} + | sort | cmp before -
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

# fresh: ./repo as it was when it was good.
fresh() {
	rm -rf repo
	cp -a good repo
}

# forge INDEX-FILE: ./repo holds that file as index.json under a head that the key "ed" has signed.
forge() {
	rm -rf repo
	mkdir repo
	cp "$1" repo/index.json
	printf '{"created":"2026-01-31T12:00:00Z","format":1,"id":"forged","index":{"sha256":"%s","size":%d},"serial":1,"signer_policy":{"algorithms":["ed25519"],"threshold":1}}' \
		"$(sha256sum <"$1" | cut -c 1-64)" "$(wc -c <"$1")" >repo/head.json
	sign_head
}

# sign_head: repo/head.sig by "ed".
sign_head() {
	openssl pkeyutl -sign -rawin -inkey keys/ed.ed25519.key -in repo/head.json -out raw
	printf '{"format":1,"signatures":[{"algorithm":"ed25519","key_id":"%s","signature":"%s"}]}' \
		"$(openssl pkey -pubin -in keys/ed.ed25519.pub -outform DER | sha256sum | cut -c 1-64)" \
		"$(openssl base64 -A <raw)" >repo/head.sig
}

zeros=0000000000000000000000000000000000000000000000000000000000000000
# component MEMBERS...: a component with these members over the usual ones left out by name
component() {
	printf '{"activation":"none","backend":"nvme","class":"drive","id":"%s","name":{"en":"x"},"payload":{"chunks_sha256":"%s","sha256":"%s","size":%s},"provenance":{"file":"f","importer":"i","sha256":"%s"},"scheme":"dotted","targets":%s,"version":"1"%s}' \
		"${1:-a}" "$zeros" "$zeros" "${2:-1}" "$zeros" "${3:-[\"pci:8086:1593\"]}" "${4:-}"
}

index() {
	printf '{"components":[%s],"format":1}' "$1" >index
}

# flip FILE OFFSET: inverts the lowest bit of a byte.
flip() {
	_byte=$(dd if="$1" bs=1 skip="$2" count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf '%03o' $((_byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# --- a good repository ---

make_good() {
	head -c 3500000 /dev/urandom >first.bin &&
		head -c 1048576 /dev/urandom >second.bin &&
		head -c 700 /dev/urandom >a.compsig && head -c 1048577 /dev/urandom >'b{.bin' &&
		"$fwrepo" key new site --dir keys --no-passphrase &&
		"$fwrepo" key new stranger --dir keys --no-passphrase &&
		"$fwrepo" key new ed --dir keys --no-passphrase &&
		"$fwrepo" init good --id lab &&
		"$fwrepo" add first.bin --repo good --id x100-2.1 --version 2.1 --scheme dotted \
			--target 'nvme-model:LAB NVME X100' --target pci:1b36:0010 --backend nvme \
			--proof nvme.fr=2.1 --name 'LAB X100' --vendor LAB --class drive \
			--expected-seconds 30 --activation device-reset --requires '>=1.0' \
			--floor 1.5 --release-notes 'Fixes what was wrong.' &&
		"$fwrepo" add second.bin --repo good --id x200-HPG2 --version HPG2 \
			--scheme hpe-drive --target 'nvme-model:LAB NVME X200' --backend nvme \
			--proof 'nvme.fr~=HPG2' --attach compsig=a.compsig \
			--attach 'of-later-days=b{.bin' &&
		SOURCE_DATE_EPOCH=1767225600 "$fwrepo" sign --repo good --key site --key-dir keys &&
		"$fwrepo" trust --key site --key-dir keys --out trust --min-evidence emulator &&
		"$fwrepo" trust --key ed --algorithm ed25519 --key-dir keys --out trust-ed &&
		grep -qF '"created":"2026-01-01T00:00:00Z"' good/head.json
}
check 'keys, repository, components, signature, trust' make_good

good_verifies() {
	both_verify --repo good --trust trust >said_now && cat said_now &&
		grep -q '^ok  *x100-2.1 .* 3500000 bytes$' said_now &&
		grep -q '^ok  *x200-HPG2 ' said_now &&
		grep -qF 'repository lab, serial 1, of 2026-01-01T00:00:00Z, signed by site (ed25519 + ml-dsa-65)' said_now &&
		"$drydock" verify --repo good --trust trust --json | grep -qF '"ok": true'
}
check 'both programs verify it' good_verifies
check 'threads do not matter' both_verify --repo good --trust trust --threads 1

same_bytes_same_head() {
	cp -a good twin && SOURCE_DATE_EPOCH=1767225600 "$fwrepo" sign --repo twin --key site --key-dir keys &&
		grep -q '"serial":2' twin/head.json &&
		sed 's/"serial":2/"serial":1/' twin/head.json | cmp - good/head.json &&
		"$drydock" verify --repo twin --trust trust
}
check 'signing again counts the serial and nothing else' same_bytes_same_head

# --- the auditor's section of FORMAT.md, line by line ---

auditor_lines() {
	sed -n '/^## For auditors/,/^## Journal/s/^    //p' "$top/firmware-repo/FORMAT.md"
}

audit() {
	auditor_lines | sed "s/ed25519/$1/g; s|/tmp/audit.sig|$work/audit.sig|g" >audit.sh
	[ "$(wc -l <audit.sh)" -ge 6 ] || return 1
	rm -rf audit
	cp -a "$2" audit
	cp -a trust audit/
	(cd audit && sh -e ../audit.sh)
}

audit_good() {
	audit "$1" good >said_now 2>&1 || { cat said_now; return 1; }
	cat said_now
	grep -q 'Signature Verified Successfully' said_now && grep -q '^index.json: OK' said_now &&
		[ "$(grep -c '^blobs/.*: OK' said_now)" -eq 8 ]
}
check 'an auditor with openssl and sha256sum comes to the same end (ed25519)' audit_good ed25519

# The host's openssl may be too old for ML-DSA: the distribution's current one, unpacked.
audit_ml_dsa() {
	PATH=$("$top/rootfs/tool.sh" openssl)/bin:$PATH audit_good ml-dsa-65
}
check 'the same for ml-dsa-65, with openssl 3.5' audit_ml_dsa

audit_sees_fault() {
	fresh
	flip repo/head.json 20
	! audit ed25519 repo
}
check 'the auditor sees a changed head' audit_sees_fault

# --- what is signed, by whom ---

fresh; rm repo/head.sig
check 'unsigned' refuses SIGNATURE 'not signed: there is no head.sig'
fresh; printf '{"format":1,"signatures":[]}' >repo/head.sig
check 'empty list of signatures' refuses SIGNATURE 'of 0 signatures'

# The list has one signature a line here; each is broken by itself.
one_line_each() {
	sed 's/},{/},\n{/' good/head.sig
}
fresh; one_line_each | sed '/ed25519/s/"signature":"..../"signature":"AAAA/' >repo/head.sig
check 'ed25519 wrong, ml-dsa-65 good' refuses SIGNATURE 'site: ed25519 wrong, ml-dsa-65 good'
fresh; one_line_each | sed '/ml-dsa-65/s/"signature":"..../"signature":"AAAA/' >repo/head.sig
check 'ed25519 good, ml-dsa-65 wrong' refuses SIGNATURE 'site: ed25519 good, ml-dsa-65 wrong'
fresh; one_line_each | sed '/ml-dsa-65/d; s/},$/}]}/' >repo/head.sig
check 'half of the pair' refuses SIGNATURE 'ed25519 good, ml-dsa-65 missing'
fresh; one_line_each | sed '/ml-dsa-65/d; s/.*\({"algorithm.*}\),$/{"format":1,"signatures":[\1,\1]}/' >repo/head.sig
check 'half of the pair, twice' refuses SIGNATURE 'of 2 signatures 0 are by keys'
fresh; "$fwrepo" sign --repo repo --key stranger --key-dir keys >/dev/null
check 'a key that is not known' refuses SIGNATURE 'of 2 signatures 2 are by keys that are not trusted here'
fresh; cp twin/head.sig repo/
check 'signatures over other bytes' refuses SIGNATURE 'ed25519 wrong, ml-dsa-65 wrong'
fresh; sed -i 's/"serial":1/"serial":9/' repo/head.json
check 'a head changed after it was signed' refuses SIGNATURE 'ed25519 wrong, ml-dsa-65 wrong'
fresh; printf 'x' >>repo/head.json
check 'a byte behind the head' refuses SIGNATURE 'wrong'
fresh; cp "$drydock" repo/head.json
check 'a head that is large and something else' refuses TOO_LARGE head.json
fresh; head -c 300000 /dev/zero | tr '\0' '[' >repo/head.sig
check 'signatures larger than their maximum' refuses TOO_LARGE head.sig
fresh; head -c 200000 /dev/zero | tr '\0' '[' >repo/head.sig
check 'signatures that are nothing but nesting' refuses FORMAT 'nested deeper'

rotation() {
	fresh
	"$fwrepo" sign --repo repo --key site --key stranger --key-dir keys || return 1
	both_verify --repo repo --trust trust || return 1
	"$fwrepo" trust --key site --key stranger --threshold 2 --key-dir keys --out trust-two || return 1
	both_verify --repo repo --trust trust-two
}
check 'a second signer: known or not' rotation
fresh
check 'one signer where two are needed' refuses SIGNATURE '1 of 2 needed signers' trust-two
fresh; "$fwrepo" sign --repo repo --key ed --algorithm ed25519 --key-dir keys >/dev/null
check 'a policy of one algorithm' both_verify --repo repo --trust trust-ed

# --- the index ---

fresh; sed -i 's/LAB X100/LAB X101/' repo/index.json
check 'an index that is not the signed one' refuses HASH 'index.json: changed since it was signed'
fresh; "$fwrepo" remove x200-HPG2 --repo repo >/dev/null
check 'changed with fwrepo and not signed again' refuses HASH 'changed since it was signed'
fresh; rm repo/index.json
check 'no index' refuses NOT_FOUND index.json

index ''
forge index
check 'a forged empty index is as good as any' both_verify --repo repo --trust trust-ed
index "$(component a),$(component b),$(component a)"; forge index
check 'an id twice' refuses DUPLICATE 'component id "a" twice' trust-ed
index "$(component a 1 '["pci:8086:1593","pci:8086:1593"]')"; forge index
check 'a target twice' refuses DUPLICATE 'target "pci:8086:1593" twice' trust-ed
index "$(component a 1 '["t"]' ',"version":"2"')"; forge index
check 'a JSON key twice' refuses DUPLICATE 'key "version" twice' trust-ed
index "$(component a '"1"')"; forge index
check 'text for a number' refuses FORMAT '"size" is not a whole number' trust-ed
index "$(component a 1 '"pci:8086:1593"')"; forge index
check 'text for a list' refuses FORMAT '"targets" is not an array' trust-ed
index "$(component a 1 '["t"]' ',"measured":"yes"')"; forge index
check 'text for a truth' refuses FORMAT '"measured" is neither true nor false' trust-ed
index '[]'; forge index
check 'a list for a component' refuses FORMAT 'not an object' trust-ed
index "$(component a 17179869185)"; forge index
check 'a payload beyond the maximum' refuses FORMAT '"size" is 17179869185' trust-ed
index "$(component a -1)"; forge index
check 'a payload of less than nothing' refuses FORMAT '"size" is not a whole number' trust-ed
index "$(component a 99999999999999999999)"; forge index
check 'a number beyond 64 bits' refuses FORMAT '"size" is not a whole number' trust-ed
index "$(component a 0)"; forge index
check 'an empty payload' refuses FORMAT '"size" is 0' trust-ed
index "$(component a 1 '["t"]' ',"expected_seconds":86401')"; forge index
check 'more seconds than a day has' refuses FORMAT '"expected_seconds" is 86401' trust-ed
index "$(component ../../etc/passwd)"; forge index
check 'an id that is a path' refuses FORMAT '"id" is not an id' trust-ed
index "$(component a 1 '["t"]' ',"path":"blobs/x"')"; forge index
check 'a member that nobody knows' refuses FORMAT 'unknown member "path"' trust-ed
{ printf '{"components":'; head -c 10000000 /dev/zero | tr '\0' '['; } >index; forge index
check '10 MB of nesting' refuses FORMAT 'nested deeper than 32 levels' trust-ed
{ printf '{"components":'; head -c 10000000 /dev/zero | tr '\0' '{'; } >index; forge index
check '10 MB of braces' refuses FORMAT 'nested deeper than 32 levels' trust-ed
head -c 269000000 /dev/zero | tr '\0' ' ' >index; forge index
check 'an index beyond its maximum' refuses FORMAT '"size" is 269000000' trust-ed
sed -i 's/"size":269000000/"size":268000000/' repo/head.json; sign_head
check 'an index that is longer than its head says' refuses TOO_LARGE 'index.json' trust-ed
index "$(component a)"; forge index; sed -i 's/"size":[0-9]*}/"size":7}/' repo/head.json; sign_head
check 'an index of another length than its head says' refuses FORMAT 'head.json says 7' trust-ed
index ''; forge index; sed -i 's/"format":1/"format":2/' repo/head.json; sign_head
check 'a format of a later time' refuses FORMAT '"format" is 2' trust-ed

words_to_come() {
	index "$(component a 1 '["t"]' ',"flags":["needs.a.wizard"]')"
	forge index
	"$drydock" verify --repo repo --trust trust-ed --json >json
	grep -qF '"not_understood": "flag \"needs.a.wizard\""' json
}
check 'a flag of a later time makes a component unusable, not the index' words_to_come

# --- payloads ---

# blob ID [SUFFIX]: where its payload lies in ./repo
blob() {
	_sha=$(sha256sum <"$1" | cut -c 1-64)
	printf 'repo/blobs/%.2s/%s%s' "$_sha" "$_sha" "${2:-}"
}
first=$(blob first.bin)
second=$(blob second.bin)
fresh; rm "$first"
check 'a payload is missing' refuses NOT_FOUND 'BAD  x100-2.1'
fresh; rm "$first.chunks"
check 'a chunk list is missing' refuses NOT_FOUND '.chunks'
fresh; flip "$first" 3499999
check 'one bit in the last chunk' refuses HASH 'chunk 4 of 4: SHA-256'
fresh; flip "$first" 0
check 'one bit in the first chunk' refuses HASH 'chunk 1 of 4: SHA-256'
fresh; truncate -s 96 "$first.chunks"
check 'a chunk list cut short' refuses FORMAT '96 bytes instead of 128, cut short'
fresh; head -c 32 /dev/zero >>"$first.chunks"
check 'a chunk list with more in it' refuses FORMAT 'longer than 128 bytes'
fresh; flip "$first.chunks" 127
check 'one bit in a chunk list' refuses HASH '.chunks: SHA-256'
fresh; truncate -s 3499999 "$first"
check 'a payload cut short' refuses FORMAT '3499999 bytes instead of 3500000'
fresh; printf x >>"$first"
check 'a payload with more in it' refuses FORMAT '3500001 bytes instead of 3500000'
fresh; cp "$second" "$first"; cp "$second.chunks" "$first.chunks"
check 'the payload of another' refuses FORMAT 'instead of'
fresh; rm "$first"; mkdir "$first"
check 'a directory for a payload' refuses FORMAT 'instead of 3500000'

fresh; flip "$(blob a.compsig)" 699
check 'one bit in an attachment' refuses HASH 'compsig a.compsig: chunk 1 of 1: SHA-256'
fresh; rm "$(blob 'b{.bin')"
check 'an attachment of a role nobody knows is missing' refuses NOT_FOUND 'of-later-days b{.bin'

others_are_told() {
	fresh
	flip "$first" 5
	"$drydock" verify --repo repo --trust trust >said_now 2>&1
	cat said_now
	grep -q '^BAD  x100-2.1 ' said_now && grep -q '^ok   x200-HPG2 ' said_now &&
		grep -qF '1 of 2 components are damaged' said_now
}
check 'one damaged payload does not hide the others' others_are_told

# --- trust ---

fresh
check 'no trust directory' fails 6 'policy.json' "$drydock" verify --repo repo --trust none
mkdir -p loose/keys; cp keys/site.*.pub loose/keys/
printf '{"format":1,"algorithms":[]}' >loose/policy.json
check 'a policy that needs no algorithm' fails 6 '"algorithms" is empty' "$drydock" verify --repo repo --trust loose
printf '{"format":1,"threshold":0}' >loose/policy.json
check 'a policy that needs no signer' fails 6 '"threshold" is 0' "$drydock" verify --repo repo --trust loose
printf '{"format":1}' >loose/policy.json; cp keys/site.ed25519.pub loose/keys/again.ed25519.pub
check 'one key under two names' fails 6 'the same key as signer' "$drydock" verify --repo repo --trust loose
check 'a repository that is not there' fails 6 'nothing was changed' "$drydock" verify --repo none --trust trust
check 'no repository named' fails 2 '--repo DIR' "$drydock" verify --trust trust

# --- fwrepo ---

removed() {
	fresh
	"$fwrepo" remove x100-2.1 --repo repo || return 1
	[ ! -e "$first" ] && [ ! -e "$first.chunks" ] && [ -e "$second" ] || return 1
	"$fwrepo" list --repo repo | grep -qF 'changed since it was signed' || return 1
	"$fwrepo" sign --repo repo --key site --key-dir keys || return 1
	both_verify --repo repo --trust trust || return 1
	[ "$("$fwrepo" list --repo repo | grep -c 'bytes  ')" -eq 1 ]
}
check 'remove drops the payload, signing makes it good again' removed

shared_payload() {
	fresh
	"$fwrepo" add first.bin --repo repo --id twin --version 2.1 --scheme dotted \
		--target pci:8086:1593 --backend nvme --proof nvme.fr=2.1 || return 1
	"$fwrepo" remove x100-2.1 --repo repo || return 1
	[ -e "$first" ] && [ -e "$first.chunks" ] || return 1
	"$fwrepo" remove twin --repo repo && [ ! -e "$first" ]
}
check 'a payload of two components stays until both are gone' shared_payload

shown() {
	fresh
	"$fwrepo" show x100-2.1 --repo repo >said_now || return 1
	cat said_now
	grep -q 'target pci:1b36:0010' said_now && grep -q 'proof: nvme.fr equals 2.1' said_now &&
		grep -q 'requires this device >= 1.0' said_now && grep -q 'floor  *1.5' said_now &&
		grep -q 'activation device-reset' said_now && grep -q 'expected 30 s' said_now &&
		grep -q "SHA-256 $(basename "$first")" said_now || return 1
	"$fwrepo" show x200-HPG2 --repo repo --json | grep -qF '"match": "scheme"' &&
		"$fwrepo" list --repo repo --json | grep -qF '"changed": false'
}
check 'show and list tell what was given' shown

# add_fails TEXT OPTION...: fwrepo add with these options, nothing of it stays
add_fails() {
	fresh
	find repo | sort >before
	sha256sum repo/index.json >>before
	_expected=$1
	shift
	fails 2 "$_expected" "$fwrepo" add first.bin --repo repo "$@" || return 1
	{ find repo | sort; sha256sum repo/index.json; } | cmp before -
}
usual="--id n --version 1 --scheme dotted --backend nvme --target pci:8086:1593"
# shellcheck disable=SC2086 # words
{
	check 'add: no target' add_fails '--target TARGET is needed' --id n --version 1 --scheme dotted --backend nvme
	check 'add: a bad target' add_fails 'is not a target' $usual --target usb:1
	check 'add: a target in capitals' add_fails 'is not a target' $usual --target pci:8086:159A
	check 'add: a scheme that is none' add_fails '--scheme: "semver"' $usual --scheme semver
	check 'add: a version that does not follow its scheme' add_fails 'does not follow the scheme "dotted"' $usual --version U30
	check 'add: a floor that does not follow it' add_fails '--floor: "new"' $usual --floor new
	check 'add: a proof that nobody can read' add_fails '--proof: "nvme.color"' $usual --proof nvme.color=red
	check 'add: a proof without value' add_fails 'want FIELD=VALUE' $usual --proof nvme.fr=
	check 'add: a number that is none' add_fails 'is not a number from 0 to 86400' $usual --expected-seconds 1e3
	check 'add: too many seconds' add_fails 'is not a number from 0 to 86400' $usual --expected-seconds 86401
	check 'add: an activation that is none' add_fails '--activation: "soon"' $usual --activation soon
	check 'add: a requirement without version' add_fails 'want TARGET>=VERSION' $usual --requires pci:8086:1593
	check 'add: a name that is too long' add_fails '--vendor: "vendor" is longer than 95 bytes' $usual --vendor "$(head -c 96 /dev/zero | tr '\0' v)"
}
add_id_twice() {
	fresh
	fails 6 'component x100-2.1 is there already' "$fwrepo" add first.bin --repo repo --id x100-2.1 \
		--version 1 --scheme dotted --backend nvme --target pci:8086:1593
}
check 'add: an id that is there' add_id_twice
add_bad_id() {
	fresh
	find repo | sort >before
	# shellcheck disable=SC2086
	fails 6 '"id" is not an id' "$fwrepo" add first.bin --repo repo $usual --id '../n' || return 1
	find repo | sort | cmp before -
}
check 'add: an id that is a path copies nothing' add_bad_id
# shellcheck disable=SC2086
add_missing_file() {
	fresh
	fails 6 'No such file' "$fwrepo" add none.bin --repo repo $usual &&
		[ "$(find repo -name 'incoming*' | wc -l)" -eq 0 ]
}
check 'add: no file' add_missing_file

sign_is_whole() {
	fresh
	cp repo/head.json repo/head.sig .
	fails 6 'nobody.ed25519.key' "$fwrepo" sign --repo repo --key site --key nobody --key-dir keys &&
		cmp head.json repo/head.json && cmp head.sig repo/head.sig
}
check 'sign: one key that is missing leaves everything as it was' sign_is_whole
sign_missing_payload() {
	fresh
	rm "$first"
	fails 6 'component x100-2.1' "$fwrepo" sign --repo repo --key site --key-dir keys &&
		cmp good/head.json repo/head.json
}
check 'sign: what is not there is not signed' sign_missing_payload
fresh
check 'sign: one signer twice' fails 2 'twice' "$fwrepo" sign --repo repo --key site --key site --key-dir keys

passphrase() {
	printf 'correct horse\nbattery\n' >right
	printf 'wrong horse\n' >wrong
	"$fwrepo" key new sealed --dir keys --passphrase-file right >said_now 2>&1 || return 1
	! grep -q WARNING said_now || return 1
	grep -q 'BEGIN ENCRYPTED PRIVATE KEY' keys/sealed.ed25519.key &&
		grep -q 'BEGIN ENCRYPTED PRIVATE KEY' keys/sealed.ml-dsa-65.key || return 1
	[ "$(stat -c %a keys/sealed.ed25519.key)" = 600 ] || return 1
	fresh
	fails 6 'wrong passphrase' "$fwrepo" sign --repo repo --key sealed --key-dir keys --passphrase-file wrong || return 1
	fails 2 'no terminal' setsid "$fwrepo" sign --repo repo --key sealed --key-dir keys || return 1
	cmp good/head.json repo/head.json || return 1
	"$fwrepo" sign --repo repo --key sealed --key-dir keys --passphrase-file right
}
check 'key: encrypted unless one insists' passphrase
loud() {
	"$fwrepo" key new open --dir keys --no-passphrase 2>said_now
	grep -q 'WARNING: the private keys are not encrypted' said_now
}
check 'key: insisting is answered loudly' loud
check 'key: never overwritten' fails 6 'never overwritten' "$fwrepo" key new site --dir keys --no-passphrase
check 'key: no path for a name' fails 2 "not a signer's name" "$fwrepo" key new ../site --dir keys --no-passphrase
check 'init: not over another' fails 6 'is a repository already' "$fwrepo" init good
check 'init: no path for an id' fails 2 'is not an id' "$fwrepo" init other --id a/b
check 'trust: not over another' fails 6 'is there already' "$fwrepo" trust --key site --key-dir keys --out trust
check 'trust: a policy that no image would read' fails 2 'would not be read' "$fwrepo" trust --key site --key-dir keys --out t1 --allow everything
check 'trust: more signers than there are' fails 6 'signers are needed' "$fwrepo" trust --key site --key-dir keys --out t2 --threshold 3
random_ids() {
	"$fwrepo" init one && "$fwrepo" init two && ! cmp one/head.json two/head.json
}
check 'init: ids are not shared by accident' random_ids
check 'never signed' fails 6 'not signed' "$fwrepo" verify --repo one --trust trust
journal_made() {
	"$fwrepo" journal-init journal && [ "$(stat -c %s journal)" -eq 16777216 ] &&
		"$fwrepo" journal-init journal2 && cmp journal journal2
}
check 'journal-init: 16 MiB, the same each time' journal_made

example() {
	FWREPO=$fwrepo "$top/firmware-repo/example/make.sh" "$work/example" >said_now || return 1
	cat said_now
	[ "$(grep -c '^ok  *example-x100-' said_now)" -eq 2 ] &&
		"$drydock" verify --repo example/repo --trust example/trust
}
trust_of_nobody() {
	! "$fwrepo" trust --key nobody --key-dir keys --out half && [ ! -e half ]
}
check 'a trust directory with a key that is missing is not begun' trust_of_nobody

# A person types at a terminal; what is typed ahead of the question is thrown away.
asked_once() {
	echo 'one for both' >pass
	"$fwrepo" key new typed --dir typed --passphrase-file pass && "$fwrepo" init typed/repo --id t &&
		(sleep 1 && cat pass && sleep 3) | timeout 60 script -qec \
			"$fwrepo sign --repo typed/repo --key typed --key-dir typed" /dev/null >said_now
	cat said_now
	[ "$(grep -c 'Passphrase of' said_now)" -eq 1 ] && grep -q 'signed t, serial 1' said_now
}
check 'one passphrase for both keys of a signer is asked for once' asked_once

check 'the example of firmware-repo/example' example

# shellcheck source=tests/repo/signing.sh
. "$top/tests/repo/signing.sh"

tap_end
