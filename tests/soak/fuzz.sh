# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
#
# Every fuzzer of tests/fuzz, guided by coverage. The corpus stays in build/soak/corpus, so that the
# next time goes on where this one ended. Sourced by run.sh.

fuzz_install() {
	echo "soak: installing $* from your distribution, for libFuzzer"
	if [ "$(id -u)" = 0 ]; then
		DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null
	else
		sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
			"$@" >/dev/null
	fi
}

# fuzz_tools: clang, and its own libFuzzer and sanitizers, which are a package for each release.
fuzz_tools() {
	command -v clang >/dev/null || fuzz_install clang
	[ -n "$(find "$(clang -print-resource-dir)" -name '*fuzzer-x86_64.a' -o -name 'libclang_rt.fuzzer.a')" ] ||
		fuzz_install "libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev"
}

# fuzz_build: with objects of its own, beside those that gcc made for the tests. The warnings are
# gcc's and were judged there.
fuzz_build() {
	rootfs/build-package.sh glibc sysroot &&
		make -s FLAVOUR=glibc BUILD="$lab_build" CC=clang WARN=-w FUZZ_MAIN= \
			OBJ="$lab_build/obj/libfuzzer" BIN="$soak/bin" \
			CFLAGS_glibc='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' \
			LDFLAGS_glibc='-fsanitize=fuzzer,address,undefined' fuzzers
}

# fuzz_one NAME SECONDS
fuzz_one() {
	_corpus=$soak/corpus/$1
	mkdir -p "$_corpus" "$soak/crashes"
	_status=0
	_words=tests/fuzz/${1#fuzz_}.dict
	[ -f "$_words" ] || _words=
	nice "$soak/bin/fuzz/$1" ${_words:+"-dict=$_words"} -max_total_time="$2" -max_len=65536 -timeout=20 -rss_limit_mb=2048 \
		-artifact_prefix="$soak/crashes/$1-" -print_final_stats=1 "$_corpus" \
		"tests/fuzz/seeds/${1#fuzz_}" >"$soak/$1.log" 2>&1 || _status=$?
	_inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$soak/$1.log")
	_cover=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$soak/$1.log" | tail -n 1)
	_text="${_inputs:-0} inputs, coverage ${_cover:-unknown}, corpus $(find "$_corpus" -type f | wc -l)"
	if [ "$_status" -eq 0 ]; then
		result "$1" "$2" 0 "$_text"
	else
		result "$1" "$2" 1 "$_text; $(grep -m 1 'SUMMARY\|ERROR' "$soak/$1.log" | tr '\t' ' ')"
		echo "    the input is in $soak/crashes, what was said in $soak/$1.log"
		cp "$soak/$1.log" "$soak/crashes/$1-$(date -u +%Y%m%dT%H%M%SZ).log"
	fi
}

soak_fuzz() {
	fuzz_tools
	fuzz_build >"$soak/build.log" 2>&1 || {
		tail -n 20 "$soak/build.log"
		exit 1
	}
	for _source in tests/fuzz/fuzz_*.c; do
		fuzz_one "$(basename "$_source" .c)" "$1"
	done
}
