#!/bin/sh
# Every command of a fake host that would look at or change a clock or a service, by the name that it is called by. The
# host's state is in $STATE: offset (ns), running, enabled, log; and hook-NAME, which runs first and may exit.

name=${0##*/}
[ "$name" = date ] || [ "$name" = id ] || printf '%s\n' "$name $*" >>"$STATE/log"
# shellcheck disable=SC1090  # made by the test
[ ! -e "$STATE/hook-$name" ] || . "$STATE/hook-$name"
read -r offset <"$STATE/offset"

real_ns() {
    /bin/date +%s%N
}

set_clock() { # NS
    printf '%s\n' "$(($1 - $(real_ns)))" >"$STATE/offset"
}

tell_clock() { # FORMAT
    clock=$(($(real_ns) + offset))
    case $1 in
        '+%s %N') printf '%d %09d\n' $((clock / 1000000000)) $((clock % 1000000000)) ;;
        +%s.%N) printf '%d.%09d\n' $((clock / 1000000000)) $((clock % 1000000000)) ;;
        +%s) printf '%d\n' $((clock / 1000000000)) ;;
    esac
}

case $name in
    id) echo 0 ;;
    date)
        case "$*" in
            '-u -s @'*) set_clock "${3#@}000000000" ;;
            '-u -s '*)
                by=${3% seconds}
                digits=${by#[-+]}
                ns=$(((${digits%.*} * 1000 + 1${digits#*.} - 1000) * 1000000))
                printf '%s\n' "$((offset + ${by%"$digits"}$ns))" >"$STATE/offset"
                ;;
            *) tell_clock "$1" ;;
        esac
        [ "$1" != -u ] || printf 'date %s\n' "$*" >>"$STATE/log"
        ;;
    ntpdate | chronyd) echo 0 >"$STATE/offset" && echo "step time server 192.0.2.1" ;;
    chronyc) case $* in *makestep) [ ! -e "$STATE/knows" ] || echo 0 >"$STATE/offset" ;; esac && echo "200 OK" ;;
    service)
        case $2 in
            start) : >"$STATE/running" ;;
            stop) rm -f "$STATE/running" ;;
            status) [ -e "$STATE/running" ] || exit 3 ;;
        esac
        ;;
    update-rc.d) : >"$STATE/enabled" ;;
    hwclock) : >"$STATE/rtc" ;;
esac
