# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# libcurl for a management controller: HTTP/1.1 over TLS 1.2 or newer, multipart uploads. No other
# protocol, no proxy, no cookies, no passwords of its own, no list of authorities: whom to believe
# is said for each request.

flavours='musl glibc'
deps='musl linux-headers openssl'
inputs='curl curl-debian'

without_protocols='dict file ftp gopher imap ipfs ldap ldaps mqtt pop3 rtsp smb smtp telnet tftp
	websockets'
without_login='aws basic-auth bearer-auth digest-auth kerberos-auth negotiate-auth ntlm http-auth
	tls-srp netrc cookies'
without_more='alt-svc ca-search dateparse dnsshuffle docs doh ech form-api get-easy-options
	headers-api hsts httpsrr libcurl-option manual openssl-auto-load-config progress-meter proxy
	sha512-256 ssls-export unix-sockets verbose dependency-tracking shared'
without_packages='brotli ca-bundle ca-fallback ca-path libgsasl libidn2 libpsl librtmp libssh2
	nghttp2 zlib zstd'

build() {
	debian=$(source_tree curl-debian)
	enter_source curl
	apply_series "$debian"
	# configure is upstream's: what the patches change for it concerns GnuTLS and engines only.
	find . -name aclocal.m4 -exec touch {} +
	find . \( -name configure -o -name Makefile.in -o -name '*.h.in' \) -exec touch {} +
	set -- --with-openssl="$sysroot" --enable-threaded-resolver --enable-static
	for name in $without_protocols $without_login $without_more; do set -- "$@" "--disable-$name"; done
	for name in $without_packages; do set -- "$@" "--without-$name"; done
	PKG_CONFIG=false CC=$CC CFLAGS="$CFLAGS -I$sysroot/include" LDFLAGS="-L$sysroot/lib" \
		./configure --host=x86_64-linux-gnu --prefix=/usr "$@"
	make -j"$jobs" -C lib libcurl.la
	install_files lib lib/.libs/libcurl.a
	install_files include/curl include/curl/*.h
}
