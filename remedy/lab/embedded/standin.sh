# shellcheck shell=sh disable=SC2034  # what is set here is for the stand-ins
# What the stand-ins share. Each one is called as the real command is, and finds the state of its host beside bin/: files
# of one line.
#
#   clock, rtc            microseconds that this clock is ahead of the truth, which is this machine's own; rtc: or none
#   runlevel, container   2 or 3; what systemd-detect-virt says
#   capable, ntp          yes or no: the kernel lets root set the clock; NTP servers answer
#   kernel                yes or no: the kernel calls its clock synchronised
#   known, burst          microseconds that chronyd knows the clock to be slow; when it will know the present ones, or 0
#   all                   the names of the services, in one line
#   services/NAME/daemon  what it is: ntpd, ntpsec, chronyd, timesyncd, openntpd, busybox; cron; or its name
#   services/NAME/running yes, no or dead: it ended without being told to
#   services/NAME/tried   yes or no: it was started since the host booted
#   services/NAME/process what /proc says of it while it runs: process number, name, command line
#   services/NAME/synced  yes or no: what a time service says of itself
#   services/NAME/boot    the link, from the host's root, that makes it start at boot
#   services/NAME/aliases the other names that it has while it is enabled
#   zone                  the local time, as TZ has it; empty: this machine's
#   replayed              what cron makes good for after a leap of less than three hours: a command a line
#   sudo                  the password that sudo wants; empty: none
#   calls                 every call that changes something
#   hooks/COMMAND         what that stand-in does first; it may exit

ROOT=${0%/bin/*}
LAB=$ROOT/lab
COMMAND=${0##*/}
read -r SERVICES <"$LAB/all"

get() { # FILE   sets VALUE
    VALUE=
    read -r VALUE <"$LAB/$1"
}

put() { # FILE TEXT
    printf '%s\n' "$2" >"$LAB/$1"
}

is() { # FILE TEXT
    get "$1"
    [ "$VALUE" = "$2" ]
}

changes() { # [ARGUMENT...]   the call's own, for whoever wants to know what was done to this host
    printf '%s\n' "$COMMAND $*" >>"$LAB/calls"
}

now() { # sets NOW: microseconds of this host's clock
    get clock
    NOW=$(($("$LAB/real/date" +%s%N) / 1000 + VALUE))
}

use_zone() { # of this host, from here on, if the caller wants no other
    get zone
    [ -z "$VALUE" ] || export "TZ=${TZ-"$VALUE"}"
}

seconds() { # MICROSECONDS [PLUS]   as seconds, with PLUS before what isn't negative
    seconds_sign=${2-}
    seconds_left=$1
    [ "$seconds_left" -ge 0 ] || seconds_sign=- seconds_left=$((-seconds_left))
    printf '%s%d.%06d' "$seconds_sign" $((seconds_left / 1000000)) $((seconds_left % 1000000))
}

behind() { # sets BEHIND: microseconds that the clock is behind the truth, if a server tells it; fails if none does
    get clock
    BEHIND=$((-VALUE))
    is ntp yes
}

size() { # MICROSECONDS   without the sign
    printf '%s' "${1#-}"
}

# Sets the clock to be so far ahead, as settimeofday(2) does: fails without CAP_SYS_TIME, and the kernel calls its clock
# unsynchronised afterwards. A chronyd that isn't the one who did it forgets what it knew where the jump is a large one.
step() { # MICROSECONDS
    is capable yes || return 1
    get clock
    step_by=$(($1 - VALUE))
    put clock "$1"
    put kernel no
    if [ "$(size "$step_by")" -gt 10000000 ] && running_daemon chronyd; then
        put known 0
        put "services/$SERVICE/synced" no
    fi
    if [ "$step_by" -gt 360000000 ] && [ "$step_by" -lt 10740000000 ] && running_daemon cron; then
        replay
    fi
}

# A cron whose clock leapt forward by more than five minutes, but not by three hours, runs what it missed of jobs at
# fixed times. The real one does so at the next full minute; here nobody has to wait for that.
replay() {
    pid "$SERVICE"
    while IFS= read -r replay_command; do
        replay_when=$(use_zone && LC_ALL=C "$LAB/real/date" '+%b %e %T')
        [ -z "$replay_command" ] ||
            echo "$replay_when host CRON[$PID]: (root) CMD ($replay_command)" >>"$ROOT/var/log/syslog"
        (
            cd "$ROOT/root" && env -i "HOME=$ROOT/root" LOGNAME=root "PATH=$ROOT/usr/bin:$ROOT/bin" \
                "$ROOT/bin/sh" -c "$replay_command"
        ) </dev/null >/dev/null 2>&1
    done <"$LAB/replayed"
}

# --- Services. DAEMON and SERVICE are what was found.

find_service() { # NAME[.service]   sets SERVICE and DAEMON; fails if there is none
    find_name=${1%.service}
    for SERVICE in $SERVICES; do
        if [ "$SERVICE" = "$find_name" ] || is_alias "$find_name"; then
            get "services/$SERVICE/daemon"
            DAEMON=$VALUE
            return
        fi
    done
    return 1
}

is_alias() { # NAME   of SERVICE, at present
    get "services/$SERVICE/aliases"
    case " $VALUE " in *" $1 "*) enabled "$SERVICE" ;; *) return 1 ;; esac
}

running_daemon() { # DAEMON...   sets SERVICE and DAEMON to the one of them that runs; fails if none does
    for SERVICE in $SERVICES; do
        get "services/$SERVICE/daemon"
        DAEMON=$VALUE
        case " $* " in *" $DAEMON "*) is "services/$SERVICE/running" yes && return ;; esac
    done
    return 1
}

enabled() { # SERVICE
    get "services/$1/boot"
    [ -e "$ROOT/$VALUE" ]
}

# What a daemon does at its start: chronyd (makestep 1 3) and timesyncd step at once, the others see a right clock or
# need minutes.
start() { # SERVICE
    appear "$1"
    keeps_time "$1" || return 0
    start_daemon=$VALUE
    put "services/$1/synced" no
    behind || return 0
    case $start_daemon in
        chronyd | timesyncd)
            put known 0
            [ "$(size "$BEHIND")" -lt 400000 ] || step 0 || return 0
            ;;
        *) [ "$(size "$BEHIND")" -lt 128000 ] || return 0 ;;
    esac
    put "services/$1/synced" yes
    put kernel yes
}

keeps_time() { # SERVICE   sets VALUE to its daemon
    get "services/$1/daemon"
    case $VALUE in
        ntpd | ntpsec | chronyd | timesyncd | openntpd | busybox) ;;
        *) return 1 ;;
    esac
}

appear() { # SERVICE   it runs, and has a folder in the host's /proc
    put "services/$1/running" yes
    put "services/$1/tried" yes
    read -r PID comm cmdline <"$LAB/services/$1/process"
    mkdir -p "$ROOT/proc/$PID"
    echo "$comm" >"$ROOT/proc/$PID/comm"
    echo "$cmdline" >"$ROOT/proc/$PID/cmdline"
    read -r up _ <"$ROOT/proc/uptime"
    echo "$PID ($comm) S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 ${up%.*}${up#*.}" >"$ROOT/proc/$PID/stat"
}

stop() { # SERVICE
    put "services/$1/running" no
    put "services/$1/synced" no
    pid "$1"
    rm -rf "$ROOT/proc/$PID"
}

pid() { # SERVICE   sets PID
    read -r PID comm <"$LAB/services/$1/process"
}

# --- The hook of this very command.

if [ -e "$LAB/hooks/$COMMAND" ]; then
    # shellcheck source=/dev/null
    . "$LAB/hooks/$COMMAND"
fi
