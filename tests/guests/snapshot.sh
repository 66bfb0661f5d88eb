#!/bin/sh
# What a repair must leave as it was, a line each: files and links below /etc, running services, ports listened on.
find /etc -type f ! -name adjtime -exec sha256sum {} + | while read -r sum file; do echo "file $file $sum"; done
find /etc -type l | while read -r link; do echo "link $link $(readlink "$link")"; done
ss -Hltun | while read -r protocol _ _ _ address _; do
    case $protocol/${address##*:} in
        tcp/* | udp/? | udp/?? | udp/???) echo "port $protocol $address" ;; # a client's port comes and goes
    esac
done
if [ -d /run/systemd/system ]; then
    systemctl list-units --type=service --state=running --plain --no-legend | while read -r unit _; do
        case $unit in
            systemd-timedated.service | systemd-hostnamed.service | user@*.service) ;; # run for a moment, when asked
            *) echo "service $unit" ;;
        esac
    done
elif [ -d /run/openrc ]; then
    rc-status --all | while read -r service _ state _; do
        [ "$state" != started ] || echo "service $service"
    done
else
    service --status-all 2>/dev/null | while read -r _ state _ service; do
        [ "$state" != + ] || echo "service $service"
    done
fi
