#!/bin/sh
# build.sh OUTPUT: Debian's busybox-static, built from its source package with the one applet that it lacks: ntpd.
set -eu
output=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Lists of our own, so that this machine's apt needs no deb-src lines and is left as it is.
mkdir -p lists/partial
echo 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main' \
    >sources.list
apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$work/lists" -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= \
        -o APT::Sandbox::User=root "$@"
}
apt update
apt source --download-only busybox
mkdir source
tar -xf busybox_*.orig.tar.* -C source --strip-components=1
tar -xf busybox_*.debian.tar.* -C source
cd source
sed 's/^# CONFIG_NTPD is not set/CONFIG_NTPD=y/' debian/config/pkg/static >.config
yes '' 2>/dev/null | make oldconfig >/dev/null
make -j "$(nproc)" >make.log 2>&1 || { tail -n 20 make.log >&2 && exit 1; }
install -m 755 busybox "$output"
