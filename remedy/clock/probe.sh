# shellcheck shell=sh
# The host's clock: an answer to each line that we send, and what is to be known before anybody sets it.

clock_probe() {
    clock_read
    value clock "$clock_s.$clock_ms $up_s.$up_ms $clock_source"
    value uid "$(id -u)"
    clock_privilege
    value container "$(clock_container)"
    value rtc "$(clock_rtc)"
    value tools "$(clock_tools)"
    clock_ticks
}

# --- The clock beside the uptime. A pause stops both, a slew bends both: only a step moves one against the other.

# Sets clock_s and clock_ms, up_s and up_ms (three digits each), and clock_source: date (nanoseconds), adjtimex or whole.
# The clock is read between two looks at the uptime; on a busy machine again, and the reading counts that took least.
clock_read() {
    clock_least=''
    for _ in 1 2 3 4 5 6 7 8; do
        clock_look_up && clock_from_s=$clock_up_s clock_from_ms=$clock_up_ms || return
        clock_look
        clock_look_up
        clock_took=$(((clock_up_s - clock_from_s) * 1000 + 1$clock_up_ms - 1$clock_from_ms))
        if [ "$clock_took" -lt "${clock_least:-60000}" ]; then
            clock_least=$clock_took
            up_s=$clock_from_s up_ms=$clock_from_ms clock_s=$clock_look_s clock_ms=$clock_look_ms
        fi
        [ "$clock_least" -gt 10 ] || return 0
    done
}

clock_look_up() {
    read -r clock_rest clock_text <"$REMEDY_ROOT/proc/uptime" || return
    clock_up_s=${clock_rest%.*} clock_up_ms=${clock_rest#*.}0
}

clock_look() {
    clock_rest=$(date '+%s %N')
    clock_look_s=${clock_rest%% *} clock_rest=${clock_rest#* }
    case $clock_rest in
        *[!0-9]* | '') ;;
        *) clock_look_ms=${clock_rest%??????} clock_source=date && return ;;
    esac
    if clock_rest=$(clock_adjtimex); then
        clock_look_s=${clock_rest%.*} clock_rest=${clock_rest#*.}
        clock_look_ms=${clock_rest%"${clock_rest#???}"} clock_source=adjtimex
    else
        clock_look_ms=000 clock_source=whole
    fi
}

clock_adjtimex() { # SECONDS.FRACTION as busybox adjtimex tells it; the fraction is nanoseconds where STA_NANO is set
    clock_text=$(adjtimex 2>/dev/null || busybox adjtimex 2>/dev/null)
    case $clock_text in
        *status:*tv_sec:*tv_usec:*) ;;
        *) return 1 ;;
    esac
    clock_digits=6
    [ $(($(clock_number status:) & 8192)) -eq 0 ] || clock_digits=9
    printf "%d.%0${clock_digits}d\n" "$(clock_number tv_sec:)" "$(clock_number tv_usec:)"
}

clock_number() { # LABEL   the number behind it in clock_text
    # shellcheck disable=SC2086  # split into words on purpose
    set -- ${clock_text#*"$1"}
    printf '%s' "$1"
}

# --- Who may set it.

clock_privilege() {
    while read -r clock_label clock_rest; do
        case $clock_label in CapEff:) value capabilities "$clock_rest" ;; esac
    done <"$REMEDY_ROOT/proc/self/status"
    [ -r "$REMEDY_ROOT/proc/self/uid_map" ] || return
    read -r clock_rest <"$REMEDY_ROOT/proc/self/uid_map"
    value uid_map "$clock_rest"
}

clock_container() { # what contains us, or nothing
    if [ -s "$REMEDY_ROOT/run/systemd/container" ]; then
        read -r clock_rest <"$REMEDY_ROOT/run/systemd/container"
        printf '%s' "$clock_rest"
    elif [ -d "$REMEDY_ROOT/proc/vz" ] && ! [ -d "$REMEDY_ROOT/proc/bc" ]; then
        printf openvz
    elif [ -e "$REMEDY_ROOT/.dockerenv" ] && clock_is_contained; then
        printf docker
    elif [ -e "$REMEDY_ROOT/run/.containerenv" ] && clock_is_contained; then
        printf podman
    elif [ -r "$REMEDY_ROOT/proc/1/environ" ]; then
        tr '\0' '\n' <"$REMEDY_ROOT/proc/1/environ" | sed -n 's/^container=//p'
    fi
}

# A file that marks a container may also lie on a machine that was made from a container's image. There we are in the
# first pid namespace, whose number is fixed (PROC_PID_INIT_INO of linux/proc_ns.h).
clock_is_contained() {
    [ "$(readlink "$REMEDY_ROOT/proc/self/ns/pid")" != 'pid:[4026531836]' ]
}

clock_rtc() { # the hardware clock's device, if there is one
    for clock_rest in rtc rtc0 misc/rtc; do
        if [ -e "$REMEDY_ROOT/dev/$clock_rest" ]; then
            printf '/dev/%s' "$clock_rest"
            return
        fi
    done
}

clock_tools() { # what there is to set a clock with
    for clock_rest in ntpdate ntpdig sntp chronyd ntpd hwclock; do
        ! have "$clock_rest" || printf '%s ' "$clock_rest"
    done
    have busybox || return
    case "
$(busybox --list)
" in
        *"
ntpd
"*) printf 'busybox-ntpd' ;;
    esac
}

# --- Its readings: each line "?" is answered with the clock at that moment; "." or the end of the lines ends it.

clock_ticks() {
    clock_ticker=whole
    # shellcheck disable=SC2016  # for bash to expand
    if have bash && clock_bash '[ -n "$EPOCHREALTIME" ]'; then
        clock_ticker=bash
    elif have perl && perl -MTime::HiRes -e 1 2>/dev/null; then
        clock_ticker=perl
    elif have python3 && python3 -c '' 2>/dev/null; then
        clock_ticker=python3
    elif have python && python -c '' 2>/dev/null; then
        clock_ticker=python
    elif [ "$clock_source" != whole ]; then
        clock_ticker=$clock_source
    fi
    mark run ticks "$clock_ticker"
    "clock_tick_$clock_ticker"
    mark exit "$?"
}

clock_bash() { # COMMANDS   --norc: Debian's bash reads .bashrc where it sees that sshd is behind it all
    bash --norc -c "$1"
}

clock_tick_bash() {
    # shellcheck disable=SC2016  # for bash to expand
    clock_bash 'while IFS= read -r line; do
        case $line in
            "?") printf "%s\n" "${EPOCHREALTIME/,/.}" ;;
            .) exit ;;
        esac
    done'
}

clock_tick_perl() {
    # shellcheck disable=SC2016  # for perl to expand
    perl -MTime::HiRes=gettimeofday -e '
        $| = 1;
        while (sysread STDIN, $byte, 1) {
            $line .= $byte, next if $byte ne "\n";
            last if $line eq ".";
            printf "%d.%06d\n", gettimeofday if $line eq "?";
            $line = "";
        }'
}

clock_tick_python3() {
    clock_python python3
}

clock_tick_python() {
    clock_python python
}

clock_python() { # PYTHON   2 or 3
    "$1" -c '
import os, time
line, byte = b"", os.read(0, 1)
while byte and line + byte != b".\n":
    if line + byte == b"?\n":
        os.write(1, ("%.6f\n" % time.time()).encode())
    line = b"" if byte == b"\n" else line + byte
    byte = os.read(0, 1)
'
}

clock_tick_date() {
    clock_tick_by date +%s.%N
}

clock_tick_adjtimex() {
    clock_tick_by clock_adjtimex
}

clock_tick_whole() {
    clock_tick_by date +%s
}

clock_tick_by() { # COMMAND [ARGUMENT...]
    while IFS= read -r clock_line; do
        case $clock_line in
            '?') "$@" ;;
            .) break ;;
        esac
    done
}
