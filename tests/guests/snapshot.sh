#!/bin/sh
# What a repair must leave as it was, a line each: all below /etc, running services, ports listened on.
if [ -d /run/systemd/system ]; then
    systemctl is-system-running --wait >/dev/null # until it has booted
else
    while pgrep -x 'rc|rcS|openrc|startpar' >/dev/null; do sleep 0.2; done
fi
# adjtime is the hardware clock's, .depend.* the cache of insserv.
find /etc -type f ! -name adjtime ! -name '.depend.*' -exec sha256sum {} +
find /etc ! -name adjtime ! -name '.depend.*' -printf 'entry %M %U %G %p %l\n'
ss -Hltun | while read -r protocol _ _ _ address _; do
    case $protocol/${address##*:} in
        tcp/* | udp/? | udp/?? | udp/???) echo "port $protocol $address" ;; # a client's port comes and goes
    esac
done
ps -e -o ppid= -o comm= | while read -r parent name; do
    case $parent/$name in
        1/systemd-timedat* | 1/systemd-hostnam*) ;; # run for a moment, when asked
        1/*) echo "service $name" ;;
    esac
done
