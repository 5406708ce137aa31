#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# build-package.sh FLAVOUR PACKAGE   builds one package, unless the cache has it; prints its tree
# build-package.sh FLAVOUR sysroot   all packages of the flavour, put together in build/sysroot/FLAVOUR
#
# FLAVOUR musl is what ships: static, made by our own musl. FLAVOUR glibc has the libraries for the
# host's compiler, for tests under sanitizers.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"
# shellcheck source=rootfs/recipe.sh
. "$top/rootfs/recipe.sh"

# recipe PACKAGE: reads it into this shell.
recipe() {
	[ -f "$top/rootfs/packages/$1.sh" ] || die "no recipe for $1"
	deps='' inputs='' flavours='' files=''
	# shellcheck source=/dev/null
	. "$top/rootfs/packages/$1.sh"
}

# deps_of PACKAGE: those that exist in this flavour; in glibc the host has the rest.
deps_of() {
	recipe "$1"
	for _dep in $deps; do
		if in_flavour "$_dep"; then printf '%s\n' "$_dep"; fi
	done
}

in_flavour() (
	recipe "$1"
	case " $flavours " in
	*" $flavour "*) return 0 ;;
	esac
	return 1
)

# key_of PACKAGE: a hash of everything that goes into it.
key_of() {
	(
		recipe "$1"
		cat "$top/rootfs/packages/$1.sh" "$top/rootfs/recipe.sh"
		for _file in $files; do cat "$top/rootfs/$_file"; done
		for _input in $inputs; do lock_effective "$_input" | cut -f 2,3,6; done
		gcc --version
		_deps=$(deps_of "$1")
		for _dep in $_deps; do key_of "$_dep"; done
	) | sha256sum | cut -c 1-16
}

# tree_of PACKAGE: its place in the cache.
tree_of() {
	printf '%s/built/%s-%s-%s\n' "$cache" "$flavour" "$1" "$(key_of "$1")"
}

# closure PACKAGE...: these and all they depend on, dependencies first.
closure() {
	for _package in "$@"; do
		(
			_deps=$(deps_of "$_package")
			# shellcheck disable=SC2086
			[ -z "$_deps" ] || closure $_deps
		)
		printf '%s\n' "$_package"
	done | awk '!seen[$0]++'
}

# assemble FOLDER PACKAGE...: copies their trees together.
assemble() {
	_folder=$1
	shift
	mkdir -p "$_folder"
	for _package in "$@"; do
		cp -a "$(tree_of "$_package")/." "$_folder/"
	done
}

# make_package PACKAGE: its dependencies are there already.
make_package() {
	mkdir -p "$build/work" "$cache/built"
	# Another checkout may be at the same package: then its result is as good.
	exec 9>"$cache/built/.lock-$flavour-$1"
	flock 9
	[ ! -d "$(tree_of "$1")" ] || return 0
	say "$flavour: building $1"
	_started=$(date +%s)
	work=$(mktemp -d "$build/work/$flavour-$1-XXXXXX")
	dest=$(mktemp -d "$cache/built/.new-XXXXXX")
	trap 'rm -rf "$work" "$dest"' EXIT
	trap 'exit 1' HUP INT TERM
	sysroot=$work/sysroot
	_deps=$(deps_of "$1")
	mkdir "$sysroot" "$work/source"
	# shellcheck disable=SC2046,SC2086
	[ -z "$_deps" ] || assemble "$sysroot" $(closure $_deps)
	set_compiler
	recipe "$1"
	(cd "$work/source" && build) >&2
	chmod 755 "$dest"
	publish_tree "$dest" "$(tree_of "$1")"
	rm -rf "$work"
	say "$flavour: $1 took $(($(date +%s) - _started)) s"
}

# need PACKAGE: builds it, and first what it depends on, unless the cache has them.
need() {
	_closure=$(closure "$1")
	for _each in $_closure; do
		[ -d "$(tree_of "$_each")" ] || "$0" "$flavour" --make "$_each"
	done
}

# all_packages: of the flavour.
all_packages() {
	for _recipe in "$top"/rootfs/packages/*.sh; do
		_package=${_recipe##*/}
		if in_flavour "${_package%.sh}"; then printf '%s\n' "${_package%.sh}"; fi
	done
}

# make_sysroot: build/sysroot/FLAVOUR is a link, so that a new one takes its place in one step. Its
# file .key changes its date only when the contents changed: make can depend on it.
make_sysroot() {
	_packages=$(all_packages)
	for _wanted in $_packages; do need "$_wanted"; done
	_keys=$(for _wanted in $_packages; do tree_of "$_wanted"; done | sed 's|.*/||')
	_name=.$flavour-$(printf '%s\n' "$_keys" | sha256sum | cut -c 1-16)
	mkdir -p "$build/sysroot"
	[ "$(readlink "$build/sysroot/$flavour")" != "$_name" ] || return 0
	_new=$(mktemp -d "$build/sysroot/.new-XXXXXX")
	# shellcheck disable=SC2086
	assemble "$_new" $_packages
	printf '%s\n' "$_keys" >"$_new/.key"
	chmod 755 "$_new"
	publish_tree "$_new" "$build/sysroot/$_name"
	ln -s "$_name" "$build/sysroot/.link-$$"
	mv -T "$build/sysroot/.link-$$" "$build/sysroot/$flavour"
	for _old in "$build/sysroot/.$flavour"-*; do
		[ "$_old" = "$build/sysroot/$_name" ] || rm -rf "$_old"
	done
}

[ $# -ge 2 ] || die "usage: build-package.sh musl|glibc PACKAGE|sysroot"
flavour=$1
case $flavour in
musl | glibc) ;;
*) die "no flavour $flavour: musl or glibc" ;;
esac
case $2 in
sysroot) make_sysroot ;;
--make) make_package "$3" ;;
*)
	in_flavour "$2" || die "$2 is not built for $flavour"
	need "$2"
	tree_of "$2"
	;;
esac
