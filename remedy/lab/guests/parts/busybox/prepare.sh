#!/bin/sh
# prepare.sh ROOT BUSYBOX: what a small system such as Alpine is like: every tool is busybox, services are OpenRC's.
set -eu
root=$1
busybox=$2
here=$(dirname "$0")

install -m 755 "$busybox" "$root/bin/busybox"
sed -i 's,/bin/bash$,/bin/sh,' "$root/etc/passwd"
mkdir -p "$root/etc/crontabs"
install -m 755 "$here/ntpd" "$root/etc/init.d/ntpd"
install -m 755 "$here/crond" "$root/etc/init.d/crond"
chroot "$root" rc-update --quiet add ntpd default
chroot "$root" rc-update --quiet add crond default

# Every tool is busybox from here on, but for what Debian's boot scripts need as it is.
keep=' busybox init halt poweroff reboot login passwd su run-parts start-stop-daemon '
applets=$("$root/bin/busybox" --list)
for applet in $applets; do
    case $keep in *" $applet "*) continue ;; esac
    if [ -e "$root/usr/bin/$applet" ]; then
        ln -sf /bin/busybox "$root/usr/bin/$applet"
    else
        ln -sf /bin/busybox "$root/usr/sbin/$applet"
    fi
done
