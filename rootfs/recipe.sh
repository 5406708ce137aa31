#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# What the recipes see. Every package's key holds a hash of this file: a change builds all anew.
#
# A recipe packages/PACKAGE.sh sets `flavours`, `deps` (packages), `inputs` (names in the lock) and
# `files` (of this folder, if it uses any), and defines build(). That runs in an empty folder with
#   $sysroot   what the dependencies installed       $dest    where to install, as if it were /usr
#   $CC        the flavour's compiler                $CFLAGS  what all packages are compiled with
#   $jobs      for make -j                           $flavour

LC_ALL=C
TZ=UTC
# One date for everything built, so that no result depends on when it was built.
SOURCE_DATE_EPOCH=1767225600
export LC_ALL TZ SOURCE_DATE_EPOCH
umask 022
jobs=${DRYDOCK_JOBS:-$(nproc)}

# set_compiler: the flavour's, and the options that every package gets. No name of a folder of this
# machine may get into a result.
set_compiler() {
	case $flavour in
	musl) CC=$sysroot/bin/musl-gcc CFLAGS='-Os -ffunction-sections -fdata-sections' ;;
	glibc) CC=gcc CFLAGS=-O2 ;;
	esac
	CFLAGS="$CFLAGS -g0 -ffile-prefix-map=$work=."
}

# source_tree INPUT: unpacks it and prints the folder that holds its files.
source_tree() {
	_input=$("$top/rootfs/fetch.sh" get "$1")
	mkdir "$1"
	tar -xf "$_input" -C "$1" --no-same-owner
	set -- "$1"/*
	[ $# -eq 1 ] || die "more than one folder in $1"
	printf '%s\n' "$PWD/$1"
}

enter_source() {
	_tree=$(source_tree "$1")
	cd "$_tree"
}

# apply_series DEBIAN: the distribution's patches, where the security fixes are.
apply_series() {
	sed 's/[[:space:]]*#.*//; /^$/d' "$1/patches/series" | while read -r _patch; do
		printf 'patch %s\n' "$_patch"
		patch -p1 -s -f --no-backup-if-mismatch <"$1/patches/$_patch"
	done
}

# install_files FOLDER FILE...: into $dest.
install_files() {
	_to=$dest/$1
	shift
	mkdir -p "$_to"
	install -m 644 "$@" "$_to"
}
