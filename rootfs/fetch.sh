#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Brings the inputs that sources.lock names into the cache, checked against it.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"

helper=/usr/lib/apt/apt-helper
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
release=trixie
indexes_fresh=

usage() {
	cat <<'TEXT'
usage: fetch.sh [--locked] get NAME [VERSION]   print the path of the checked file
       fetch.sh [--locked] group GROUP...       the same for all files of these groups
       fetch.sh [--locked] all                  everything that the lock names
       fetch.sh resolve NAME...                 print these lock lines as the signed indexes have them now
                                                  (what they do not offer any more stays as it is)
       fetch.sh mirrors                         print the mirrors that would be asked

The mirror is the one of this machine's apt configuration. DRYDOCK_MIRROR=URL names another
(the folder that holds dists/ and pool/), DRYDOCK_MIRROR_SECURITY=URL the one for security
updates (otherwise debian-security beside the first). --locked, or DRYDOCK_LOCKED=1: a file
that is no longer there is an error, never replaced by a newer one.
TEXT
}

# apt's own description of its sources covers both formats of its configuration. Without
# downloaded lists it knows no origin; then the names of suites must do, and the hashes decide.
# apt_repositories no|yes: of the release and its updates, or those of security updates.
# shellcheck disable=SC2016
apt_repositories() {
	apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)' |
		awk -F '|' -v security="$1" '
		$1 != "Packages" || $3 != "main" || seen[$5]++ { next }
		(($4 ~ /(-security|\/updates)$/) ? "yes" : "no") != security { next }
		$2 == "Debian" { known = known $5 "\n" }
		$2 == "" && $4 ~ /^((old)*stable|testing|unstable|sid|bullseye|bookworm|trixie|forky|duke)(-|\/|$)/ {
			guess = guess $5 "\n"
		}
		END { printf "%s", known != "" ? known : guess }' | while read -r uri; do
		plain_uri "$uri"
	done
}

# plain_uri URI: cloud images use mirror+file:LIST, where LIST holds one address a line.
plain_uri() {
	case $1 in
	http://* | https://* | file:*) printf '%s\n' "${1%/}" ;;
	mirror+file:*)
		_list=${1#mirror+file:}
		awk '$1 ~ /^https?:/ { sub(/\/+$/, "", $1); print $1 }' "/${_list#"${_list%%[!/]*}"}"
		;;
	esac
}

# Sets mirror_debian and mirror_debian_security, once a call of this script.
find_mirrors() {
	[ -z "${mirror_debian:-}" ] || return 0
	mirror_debian=${DRYDOCK_MIRROR:-$(apt_repositories no)}
	mirror_debian_security=${DRYDOCK_MIRROR_SECURITY:-}
	if [ -z "$mirror_debian_security" ] && [ -z "${DRYDOCK_MIRROR:-}" ]; then
		mirror_debian_security=$(apt_repositories yes)
	fi
	if [ -z "$mirror_debian_security" ]; then
		mirror_debian_security=$(printf '%s\n' "$mirror_debian" |
			sed 's|/*$||; s|/[^/]*$|/debian-security|')
	fi
	[ -n "$mirror_debian" ] || die "apt's configuration names no Debian mirror: set DRYDOCK_MIRROR"
}

# mirrors debian|debian-security
mirrors() {
	case $1 in
	debian) printf '%s\n' "$mirror_debian" ;;
	debian-security) printf '%s\n' "$mirror_debian_security" ;;
	*) die "the lock names an unknown archive: $1" ;;
	esac
}

# is_right FILE SIZE SHA256
is_right() {
	[ -f "$1" ] && [ "$(stat -c %s "$1")" = "$2" ] && [ "$(sha256_of "$1")" = "$3" ]
}

# cached SIZE SHA256: whether the cache holds it, undamaged.
cached() {
	[ -e "$cache/files/$2" ] || return 1
	is_right "$cache/files/$2" "$1" "$2" && return 0
	say "$cache/files/$2 is damaged and thrown away"
	rm -f "$cache/files/$2"
	return 1
}

# download_from URL SIZE SHA256: only the right bytes ever get their name in the cache.
download_from() {
	_part=$cache/files/.part.$$
	rm -f "$_part"
	mkdir -p "$cache/files"
	if ! _said=$("$helper" -qq -o APT::Sandbox::User=root -o Acquire::http::Timeout=30 \
		-o Acquire::https::Timeout=30 -o Acquire::Retries=1 \
		download-file "$1" "$_part" 2>&1); then
		say "$1: $(printf '%s' "$_said" | tr '\n' ' ')"
	elif ! is_right "$_part" "$2" "$3"; then
		say "$1: refused, these are not the locked bytes (size $(stat -c %s "$_part") of $2, SHA-256 $(sha256_of "$_part"))"
	else
		mv "$_part" "$cache/files/$3"
		return 0
	fi
	rm -f "$_part" "$_part".*
	return 1
}

# download LINE: from the first place that has the right bytes.
download() {
	_size=$(lock_field "$1" 5)
	_sha=$(lock_field "$1" 6)
	find_mirrors
	for _place in $(lock_field "$1" 4 | tr ',' ' '); do
		for _mirror in $(mirrors "${_place%%/*}"); do
			download_from "${_mirror%/}/${_place#*/}" "$_size" "$_sha" && return 0
		done
	done
	return 1
}

# apt_private TOOL ARGUMENT...: apt on its own root, for the release that we take parts of.
apt_private() {
	_tool=$1
	shift
	"$_tool" -o Dir::Etc::sourcelist="$cache/apt/drydock.sources" -o Dir::Etc::sourceparts=- \
		-o Dir::Etc::preferences="$cache/apt/none" -o Dir::Etc::preferencesparts="$cache/apt/none.d" \
		-o Dir::State::lists="$cache/apt/lists" -o Dir::State::status="$cache/apt/status" \
		-o Dir::Cache="$cache/apt/cache" -o APT::Architecture=amd64 -o APT::Architectures=amd64 \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Acquire::AllowInsecureRepositories=false -o Debug::NoLocking=1 "$@"
}

# apt_stanza URL SUITES: the keyring is named, so nothing else can vouch for the indexes.
apt_stanza() {
	printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
		"$1" "$2" "$keyring"
}

# Brings the signed indexes up to date, once a call of this script.
fresh_indexes() {
	[ -z "$indexes_fresh" ] || return 0
	[ -f "$keyring" ] || die "$keyring is missing: install debian-archive-keyring"
	mkdir -p "$cache/apt/lists/partial" "$cache/apt/cache/archives/partial"
	# Until this script ends: nobody else may change the indexes while they are read.
	exec 8>"$cache/apt/lock"
	flock 8
	: >"$cache/apt/status"
	find_mirrors
	{
		apt_stanza "$(mirrors debian | sed -n 1p)" "$release $release-updates $release-backports"
		apt_stanza "$(mirrors debian-security | sed -n 1p)" "$release-security"
	} >"$cache/apt/drydock.sources"
	apt_private apt-get -qq --error-on=any update >&2 ||
		die "the signed indexes of the mirror cannot be read"
	indexes_fresh=yes
}

# offers_binary PACKAGE: version, place, size and SHA-256 of each version there is.
offers_binary() {
	apt_private apt-cache show --all-versions "$1" 2>/dev/null | awk -v OFS='\t' '
	function row() { if (file) print version, file, size, hash; file = "" }
	$1 == "Version:" { version = $2 }
	$1 == "Filename:" { file = $2 }
	$1 == "Size:" { size = $2 }
	$1 == "SHA256:" { hash = $2 }
	/^$/ { row() }
	END { row() }'
}

# offers_source PACKAGE orig|debian: the same for one part of a source package. An upstream
# tarball bears the upstream version, marked when it belongs to a backport.
offers_source() {
	apt_private apt-cache showsrc --only-source "$1" 2>/dev/null | awk -v OFS='\t' -v part="$2" '
	function row() {
		if (!file) return
		mark = version ~ /~bpo/ ? "~bpo" : ""
		if (part == "orig") {
			sub(/^[0-9]+:/, "", version)
			sub(/-[^-]*$/, mark, version)
		}
		print version, directory "/" file, size, hash
		file = ""
	}
	/^[^ ]/ { sums = $1 == "Checksums-Sha256:" }
	$1 == "Version:" { version = $2 }
	$1 == "Directory:" { directory = $2 }
	sums && $3 ~ "[.]" part "[.]tar[.][a-z0-9]+$" { hash = $1; size = $2; file = $3 }
	/^$/ { row() }
	END { row() }'
}

# offers LINE: what the indexes offer for the package that the line's place belongs to.
offers() {
	_place=$(lock_field "$1" 4)
	_place=${_place%%,*}
	_dir=${_place%/*}
	case ${_place##*/} in
	*.orig.tar.*) offers_source "${_dir##*/}" orig ;;
	*.debian.tar.*) offers_source "${_dir##*/}" debian ;;
	linux-image-*) offers_kernel linux-image- '' ;;
	linux-headers-*-common_*) offers_kernel linux-headers- -common ;;
	linux-headers-*) offers_kernel linux-headers- '' ;;
	linux-kbuild-*) offers_kernel linux-kbuild- '' ;;
	*.deb)
		_file=${_place##*/}
		offers_binary "${_file%%_*}"
		;;
	esac
}

# The kernel's package name holds its version; a package that only depends on it leads there.
# Another series than 6.12 would need another look at modules.list: it is never taken by itself.
# offers_kernel PREFIX SUFFIX: of the packages with that version between them.
offers_kernel() {
	apt_private apt-cache show --all-versions linux-image-amd64 |
		sed -n 's/^Depends:.*linux-image-\(6\.12\.[^ ,]*\).*/\1/p' | sort -u |
		while read -r _kernel; do
			case $1$2 in
			linux-kbuild- | *-common) _kernel=${_kernel%-amd64} ;;
			esac
			offers_binary "$1$_kernel$2"
		done
}

# newest LINE: reads offers, prints the version to take: the highest of the release itself; where
# the lock is ahead of that, it comes from backports.
newest() {
	_best=
	_best_backport=
	while IFS=$tab read -r _version _; do
		case $_version in
		*~bpo*) _best_backport=$(higher "$_version" "$_best_backport") ;;
		*) _best=$(higher "$_version" "$_best") ;;
		esac
	done
	_locked=$(lock_field "$1" 3)
	if [ -z "$_best" ] || dpkg --compare-versions "$_best" lt "$_locked"; then
		_best=$_best_backport
	fi
	printf '%s\n' "$_best"
}

higher() {
	if [ -n "$2" ] && dpkg --compare-versions "$1" lt "$2"; then
		printf '%s\n' "$2"
	else
		printf '%s\n' "$1"
	fi
}

# resolve NAME: the lock line as it would be written today. All places with the same bytes are
# listed: security updates repeat an upstream tarball that often is served in one of them only.
resolve() {
	_line=$(lock_line "$1")
	fresh_indexes
	_offers=$(offers "$_line")
	_version=$(printf '%s\n' "$_offers" | newest "$_line")
	[ -n "$_version" ] || die "$1: the indexes of $release do not offer it any more"
	printf '%s\n' "$_offers" | sort -u | awk -F '\t' -v OFS='\t' -v version="$_version" \
		-v group="$(lock_field "$_line" 1)" -v name="$1" -v licence="$(lock_field "$_line" 7)" '
	function place(path) {
		return (path ~ /^pool\/updates\// ? "debian-security/" : "debian/") path
	}
	$1 == version && !hash { size = $3; hash = $4 }
	{ at[NR] = place($2); its[NR] = $4 }
	END {
		for (pass = 0; pass < 2; pass++)
			for (i = 1; i <= NR; i++)
				if (its[i] == hash && !taken[at[i]] && (pass || at[i] ~ /^debian\//)) {
					taken[at[i]] = 1
					list = list (list ? "," : "") at[i]
				}
		print group, name, version, list, size, hash, licence
	}'
}

# replace_gone NAME LINE: the locked file is not to be had. Prints the line that is used instead.
replace_gone() {
	_gone=$(lock_field "$2" 3)
	[ "${DRYDOCK_LOCKED:-0}" != 1 ] ||
		die "$1 $_gone: no mirror has the locked file, and --locked allows no other (see ./build.sh update-lock)"
	fresh_indexes
	_new=$(resolve "$1")
	cached "$(lock_field "$_new" 5)" "$(lock_field "$_new" 6)" || download "$_new" ||
		die "$1: neither the locked $_gone nor the current $(lock_field "$_new" 3) can be fetched"
	mkdir -p "${drift%/*}"
	printf '%s\t%s\n' "$(lock_field "$(lock_line "$1")" 6)" "$_new" >>"$drift"
	say "******** NOT THE LOCKED INPUT ********"
	say "$1 $_gone has left the pool; building with $(lock_field "$_new" 3) from the signed index instead"
	say "recorded in build/${drift##*/}; ./build.sh update-lock makes it permanent"
	printf '%s\n' "$_new"
}

# get NAME [VERSION]
get() {
	_want=$(lock_effective "$1")
	[ -z "${2:-}" ] || [ "$(lock_field "$_want" 3)" = "$2" ] ||
		die "$1 is locked at $(lock_field "$_want" 3), not $2"
	if ! cached "$(lock_field "$_want" 5)" "$(lock_field "$_want" 6)" && ! download "$_want"; then
		_want=$(replace_gone "$1" "$_want")
	fi
	printf '%s\n' "$cache/files/$(lock_field "$_want" 6)"
}

# names_of GROUP: a line may belong to several groups; "all" is every line.
names_of() {
	awk -F '\t' -v group="$1" '/^#/ || !NF { next }
	group == "all" || index("," $1 ",", "," group ",") { print $2; found = 1 }
	END { exit !found }' "$lock" || die "no group $1 in ${lock##*/}"
}

get_groups() {
	for _group in "$@"; do
		_names=$(names_of "$_group")
		for _name in $_names; do
			get "$_name"
		done
	done
}

if [ "${1:-}" = --locked ]; then
	DRYDOCK_LOCKED=1
	shift
fi
command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
get) get "$@" ;;
group) get_groups "$@" ;;
all) get_groups all ;;
resolve)
	fresh_indexes
	for name in "$@"; do (resolve "$name") || lock_line "$name"; done
	;;
mirrors)
	find_mirrors
	mirrors debian
	mirrors debian-security
	;;
help | --help) usage ;;
*)
	usage >&2
	exit 2
	;;
esac
