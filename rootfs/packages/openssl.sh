# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# libcrypto and libssl: signatures (Ed25519, ML-DSA, RSA, EC), SHA-2, encrypted PKCS#8 keys (AES,
# PBKDF2, scrypt) and TLS 1.2 and 1.3. What is old or unused is left out.

flavours='musl glibc'
deps='musl linux-headers'
inputs=openssl

without_build='shared pic apps tests docs dso module engine static-engine capieng loadereng padlockeng
	winstore makedepend'
without_runtime='legacy afalgeng ktls async autoload-config ui-console deprecated multiblock ssl-trace'
without_protocols='comp ssl3 tls1 tls1_1 dtls srp psk srtp sctp ct ts rfc3779 cmp quic nextprotoneg'
without_algorithms='gost idea camellia seed aria bf cast rc2 rc4 rc5 des md4 mdc2 rmd160 whirlpool sm2 sm3
	sm4 siphash blake2 ocb siv dsa dh ec2m slh-dsa'

build() {
	enter_source openssl
	set --
	for name in $without_build $without_runtime $without_protocols $without_algorithms; do
		set -- "$@" "no-$name"
	done
	# The prefix ends up in the library: it must be the same wherever this is built. The same goes
	# for the compiler's name and options, which OpenSSL records for "openssl version -f".
	# shellcheck disable=SC2086
	CC=$CC perl ./Configure linux-x86_64 --prefix=/usr --libdir=lib --openssldir=/etc/ssl "$@" $CFLAGS
	make build_generated
	perl util/mkbuildinf.pl 'cc' linux-x86_64 >crypto/buildinf.h
	make -j"$jobs" build_libs
	make install_dev DESTDIR="$PWD/root"
	install_files lib root/usr/lib/libcrypto.a root/usr/lib/libssl.a
	install_files include/openssl root/usr/include/openssl/*.h
}
