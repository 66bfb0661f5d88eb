# shellcheck shell=sh disable=SC2154  # clock_read of probe.sh sets what is read here
# Sets the clock by a known amount, and tells whether a step came true: by the clock against the uptime, for no
# tool's word or exit status proves it.
#
# Values: BASELINE_S, BASELINE_MS: clock minus uptime when it was measured; STEP_BY: what the clock is to move by, in
# ms; TOLERANCE: by how many ms it may miss that; CLOSE: by how many it may without being stepped again by date.

clock_moved() { # sets clock_by: by how many ms the clock was stepped since it was measured
    clock_read
    clock_by=$(((clock_s - up_s - BASELINE_S) * 1000 + 1$clock_ms - 1$up_ms - BASELINE_MS))
}

clock_is_within() { # MS TARGET TOLERANCE
    [ "$1" -ge "$(($2 - $3))" ] && [ "$1" -le "$(($2 + $3))" ]
}

clock_came_true() {
    clock_moved
    clock_is_within "$clock_by" "$STEP_BY" "$TOLERANCE"
}

clock_late=0 # ms by which a date that takes whole seconds sets them late: forks take their time

clock_is_near() { # whether clock_by is what the clock is to move by, as nearly as it can be read and set
    if [ "$clock_source" = whole ] || clock_is_within "$clock_by" "$STEP_BY" 20; then
        return 0
    fi
    clock_late=$((clock_late + STEP_BY - clock_by))
    clock_is_within "$clock_late" 450 450 || clock_late=0
    return 1
}

# The date command that moves the clock by what is left of the step, as a line to run at once. With TZ, though -u is
# meant to do the same: up to 0.6 the date of uutils takes the local time for UTC where it sets the clock.
clock_date_command() {
    clock_moved
    clock_jitter=200 # ms: of reading it
    [ "$clock_source" != whole ] || clock_jitter=1200
    clock_left=$STEP_BY
    clock_is_within "$clock_by" 0 "$clock_jitter" || clock_left=$((STEP_BY - clock_by))
    if [ "$clock_source" = date ]; then
        printf "env TZ=UTC0 date -u -s '%s seconds'" "$(clock_seconds "$clock_left")"
    else
        clock_wait_for_second "$clock_left"
        printf 'env TZ=UTC0 date -u -s @%d' "$clock_target"
    fi
}

clock_seconds() { # MS   the same in seconds, with a sign
    clock_sign=+
    [ "$1" -ge 0 ] || clock_sign=-
    set -- "${1#-}"
    printf '%s%d.%03d' "$clock_sign" "$(($1 / 1000))" "$(($1 % 1000))"
}

# A date that takes whole seconds only: wait until the true time is one, and set clock_target to it.
clock_wait_for_second() { # MS   what the clock is to move by
    clock_edge=$(date +%s)
    clock_looks=0
    while clock_now=$(date +%s) && [ "$clock_now" = "$clock_edge" ] && [ "$clock_looks" -lt 5000 ]; do
        clock_looks=$((clock_looks + 1))
    done
    clock_whole=$(($1 / 1000)) clock_part=$(($1 % 1000))
    [ "$clock_part" -ge 0 ] || clock_whole=$((clock_whole - 1)) clock_part=$((clock_part + 1000))
    clock_part=$((clock_part + clock_late))
    [ "$clock_part" -lt 1000 ] || clock_whole=$((clock_whole + 1)) clock_part=$((clock_part - 1000))
    sleep "$(printf '0.%03d' "$((999 - clock_part))")" 2>/dev/null || :
    clock_target=$((clock_now + clock_whole + 1))
}
