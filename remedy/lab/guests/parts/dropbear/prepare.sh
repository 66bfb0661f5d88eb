#!/bin/sh
# prepare.sh ROOT: the SSH server of small systems, with a host key of the type that known_hosts gets.
set -eu
root=$1
rm -f "$root"/etc/dropbear/dropbear_*_host_key
chroot "$root" dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key >/dev/null
chroot "$root" dropbearkey -y -f /etc/dropbear/dropbear_ed25519_host_key | grep '^ssh-' \
    >"$root/etc/dropbear/dropbear_ed25519_host_key.pub"
