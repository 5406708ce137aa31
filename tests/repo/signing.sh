# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Keys that are elsewhere, several signers, the change of a key. Sourced by run.sh.

# signing_place: an own folder with keys of several signers and a repository that is not signed.
signing_place() {
	mkdir -p "$work/signing" && cd "$work/signing" || return 1
	for _name in site old other token; do
		[ -f "keys/$_name.ml-dsa-65.key" ] ||
			"$fwrepo" key new "$_name" --dir keys --no-passphrase 2>/dev/null || return 1
	done
	rm -rf repo trust
	seq 1 5000 >payload
	"$fwrepo" init repo --id elsewhere && "$fwrepo" add payload --repo repo --id one --version 1 \
		--scheme dotted --backend nvme --target 'nvme-model:X' --proof nvme.fr=1
}

# trusting SIGNER... [--threshold N]: ./trust accepts these signers.
trusting() {
	_arguments=
	for _word; do
		case $_word in
		--* | [0-9]) _arguments="$_arguments $_word" ;;
		*) _arguments="$_arguments --key $_word" ;;
		esac
	done
	rm -rf trust
	# shellcheck disable=SC2086
	"$fwrepo" trust --key-dir keys --out trust $_arguments
}

accepted() {
	trusting "$@" && "$drydock" verify --repo repo --trust trust
}

not_accepted() {
	trusting "$@" && ! "$drydock" verify --repo repo --trust trust
}

# format_lines N: the N-th group of lines of FORMAT.md's section, as a script.
format_lines() {
	sed -n '/^### Keys that are elsewhere/,/^## For auditors/p' "$top/firmware-repo/FORMAT.md" |
		awk -v want="$1" '/^    / { if (!in_group) group++; in_group = 1; if (group == want) print substr($0, 5); next }
			{ in_group = 0 }'
}

run_format_lines() {
	format_lines "$1" >lines.sh
	[ "$(wc -l <lines.sh)" -ge 4 ] || { echo "FORMAT.md has no such lines"; return 1; }
	cat lines.sh
	mkdir -p bin
	ln -sf "$fwrepo" bin/fwrepo
	PATH=$PWD/bin:$("$top/rootfs/tool.sh" openssl)/bin:$PATH sh -e lines.sh
}

signed_by_openssl() {
	signing_place && run_format_lines 1 && accepted site && not_accepted other
}

# Software that behaves like a token: the key is made inside and never leaves it.
signed_by_token() {
	signing_place || return 1
	module=$(find /usr/lib -name libsofthsm2.so | head -n 1)
	pin=1234
	mkdir -p tokens
	echo "directories.tokendir = $PWD/tokens" >token.conf
	SOFTHSM2_CONF=$PWD/token.conf
	export SOFTHSM2_CONF module pin
	softhsm2-util --init-token --free --label drydock --pin "$pin" --so-pin 5678 &&
		pkcs11-tool --module "$module" --login --pin "$pin" --keypairgen \
			--key-type EC:edwards25519 --id 01 --label token || return 1
	rm keys/token.ed25519.key keys/token.ed25519.pub
	run_format_lines 2 && accepted token && not_accepted site
}

# A signature over anything but this head never gets in.
foreign_signature() {
	signing_place || return 1
	"$fwrepo" sign --repo repo --prepare head.json || return 1
	openssl pkeyutl -sign -inkey keys/site.ed25519.key -rawin -in payload -out wrong.sig
	find repo -type f -exec sha256sum {} + | sort >before
	for _pair in keys/site.ed25519.pub=wrong.sig keys/site.ml-dsa-65.pub=wrong.sig keys/site.ed25519.pub=head.json; do
		fails 6 'not a signature of this key' "$fwrepo" sign --repo repo --prepared head.json --signature "$_pair" || return 1
	done
	fails 6 'none.sig' "$fwrepo" sign --repo repo --prepared head.json --signature keys/site.ed25519.pub=none.sig || return 1
	fails 2 'want PUBLIC-KEY=SIGNATURE' "$fwrepo" sign --repo repo --prepared head.json --signature keys/site.ed25519.pub || return 1
	find repo -type f -exec sha256sum {} + | sort | cmp before -
}

# What was prepared is for one index, one repository and one time.
stale_head() {
	signing_place || return 1
	"$fwrepo" sign --repo repo --prepare head.json && cp head.json first.json || return 1
	sed 's/"serial":1/"serial":3/' first.json | tr -d '\n' >third.json
	sed 's/{"created"/{ "created"/' first.json >spaced.json
	"$fwrepo" sign --repo repo --prepared head.json --key site --key-dir keys || return 1
	fails 7 'its serial 1 is not above 1' "$fwrepo" sign --repo repo --prepared first.json --key site --key-dir keys || return 1
	fails 6 'not the bytes' "$fwrepo" sign --repo repo --prepared spaced.json --key site --key-dir keys || return 1
	"$fwrepo" sign --repo repo --prepared third.json --key site --key-dir keys || return 1
	"$fwrepo" sign --repo repo --prepare later.json && "$fwrepo" add payload --repo repo --id two --version 1 \
		--scheme dotted --backend nvme --target 'nvme-model:Y' --proof nvme.fr=1 || return 1
	fails 7 'was changed since' "$fwrepo" sign --repo repo --prepared later.json --key site --key-dir keys &&
		fails 7 'was changed since' "$fwrepo" sign --repo repo --add --key site --key-dir keys
}

# Two signers, one after the other, on the same head: byte for byte what the first one signed.
two_signers() {
	signing_place || return 1
	"$fwrepo" sign --repo repo --key site --key-dir keys --threshold 2 && cp repo/head.json head.json &&
		not_accepted site other --threshold 2 || return 1
	"$fwrepo" sign --repo repo --key other --key-dir keys --add && cmp head.json repo/head.json &&
		accepted site other --threshold 2 || return 1
	# The same signer once more is still one.
	signing_place && "$fwrepo" sign --repo repo --key site --key-dir keys &&
		"$fwrepo" sign --repo repo --key site --key-dir keys --add && not_accepted site other --threshold 2
}

key_changes() {
	signing_place || return 1
	"$fwrepo" sign --repo repo --key old --key site --key-dir keys || return 1
	accepted old && accepted site && not_accepted other || return 1
	"$fwrepo" sign --repo repo --key site --key-dir keys && accepted site && not_accepted old
}

# The plug is pulled between head.sig and head.json: nothing can be renamed over a mount point.
cut_while_signing() {
	signing_place && "$fwrepo" sign --repo repo --key site --key-dir keys && cp repo/head.json head.json || return 1
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind repo/head.json repo/head.json && ! "$1" sign --repo repo --key old --key-dir keys' \
		sh "$fwrepo" || return 1
	cmp head.json repo/head.json && [ "$(grep -o '"key_id"' repo/head.sig | wc -l)" -eq 4 ] &&
		accepted site && not_accepted old || return 1
	"$fwrepo" sign --repo repo --key old --key-dir keys && accepted old && not_accepted site
}

sign_usage() {
	signing_place || return 1
	fails 2 '--key NAME is needed' "$fwrepo" sign --repo repo &&
		fails 2 'only writes what is to be signed' "$fwrepo" sign --repo repo --prepare x --key site &&
		fails 2 'not both' "$fwrepo" sign --repo repo --prepared x --add --key site &&
		fails 2 '--signature needs' "$fwrepo" sign --repo repo --signature a=b &&
		fails 7 'never signed' "$fwrepo" sign --repo repo --add --key site --key-dir keys
}

check 'signed elsewhere by openssl, by the lines of FORMAT.md' signed_by_openssl
check 'signed by a PKCS #11 token, by the lines of FORMAT.md' signed_by_token
check 'a signature over other bytes does not get in' foreign_signature
check 'a head that was prepared for another state does not get in' stale_head
check 'two signers one after the other; one twice is one' two_signers
check 'a key changes: signed by the old and the new one' key_changes
check 'cut between the signatures and the head: good as it was' cut_while_signing
check 'sign: options that contradict each other' sign_usage
cd "$work" || exit 1
