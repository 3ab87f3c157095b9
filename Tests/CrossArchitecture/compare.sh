#!/bin/sh
# Compiles CKernels for this machine and for aarch64, runs every variant on the same random shapes
# (the aarch64 ones under qemu-user) and compares the digests of all verbs.
#
#   Tests/CrossArchitecture/compare.sh [shapes]
#
# Needs clang (Swift's own will do), and from Debian: qemu-user, gcc-aarch64-linux-gnu,
# libc6-dev-arm64-cross. Where these three are missing it says so and exits with 3.
set -eu
cd "$(dirname "$0")/../.."
shapes=${1:-100}
if [ -z "${CLANG:-}" ]; then
  CLANG=$(dirname "$(readlink -f "$(command -v swift)")")/clang
  [ -x "$CLANG" ] || CLANG=clang
fi
for tool in qemu-aarch64 aarch64-linux-gnu-gcc; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "$tool is missing: apt-get install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross" >&2
    exit 3
  fi
done
out=.build/cross-architecture
mkdir -p "$out"
sources="Tests/CrossArchitecture/digests.c Sources/CKernels/*.c"
# shellcheck disable=SC2086  # the words of $sources are paths
{
  "$CLANG" -O2 -ISources/CKernels/include $sources -lm -o "$out/here"
  "$CLANG" --target=aarch64-linux-gnu -static -O2 -ISources/CKernels/include $sources -lm \
    -o "$out/aarch64"
}
failed=0
first=""
compare() {  # name, then the command
  name=$1
  shift
  status=0
  "$@" "$shapes" >"$out/$name.txt" || status=$?
  if [ "$status" = 3 ]; then
    echo "$name: this CPU cannot run it"
  elif [ "$status" != 0 ]; then
    echo "$name: failed with $status"
    failed=1
  elif [ -z "$first" ]; then
    first=$name
    echo "$name: $(sha256sum <"$out/$name.txt" | cut -c1-16)"
  elif cmp -s "$out/$first.txt" "$out/$name.txt"; then
    echo "$name: the same"
  else
    echo "$name: differs from $first:"
    diff "$out/$first.txt" "$out/$name.txt" || true
    failed=1
  fi
}
compare baseline "$out/here" baseline
compare avx2 "$out/here" avx2
compare avx512 "$out/here" avx512
compare aarch64-neon qemu-aarch64 "$out/aarch64" neon
compare aarch64-baseline qemu-aarch64 "$out/aarch64" baseline
exit "$failed"
