# shellcheck shell=sh disable=SC2154  # clock_moved of step.sh sets clock_by, act_run of act.sh act_status
# The transaction that puts clock and time service right: enable, stop, step, start, and set the hardware clock. From
# the first stop on, the service is started again whatever happens: failure, signal, hang-up, closed output, full disk;
# and so is cron, where it is held while the clock is stepped.
#
# Values, each a list of commands, a line each, quoted for eval by us: ENABLE; SELF (how the running daemon steps the
# clock by itself: the last command is repeated until the clock moves); STOP; STEPS (one after the other until one
# comes true; date follows as the last); START; RTC; HOLD and RELEASE (cron). And STEP_BY and its like of clock/step.sh;
# empty: no step.

time_repair() {
    act_begin
    trap time_finish EXIT
    time_each enable 30 "$ENABLE"
    [ -z "$STEP_BY" ] || time_step
    time_finish
}

time_step() {
    clock_moved
    if ! clock_is_within "$clock_by" 0 2000; then
        act_say look look 1 "the clock moved by $clock_by ms since it was measured: it is not stepped now"
    else
        time_held=yes
        time_each hold 30 "$HOLD"
        if [ -z "$SELF" ] || ! time_step_itself; then
            time_step_stopped
        fi
    fi
}

time_step_stopped() {
    time_stopped=yes
    time_each stop 60 "$STOP"
    if ! time_step_by_tools; then
        time_step_by_date || act_say look look 1 "no method stepped the clock"
    elif ! clock_is_within "$clock_by" "$STEP_BY" "$CLOSE"; then
        time_step_by_date # on a busy machine a tool misses by tenths, which a daemon takes long to make up for
    fi
}

time_step_itself() { # the daemon knows the true time only some seconds after it was told to ask
    time_each step 20 "${SELF%"$newline"*}"
    mark run step "${SELF##*"$newline"}"
    time_tries=15
    while act_run 5 "${SELF##*"$newline"}"; ! time_is_stepped && [ "$time_tries" -gt 0 ]; do
        time_tries=$((time_tries - 1))
        sleep 1
    done
    act_tell
    [ -n "$time_stepped" ]
}

time_step_by_tools() {
    time_split "$STEPS"
    while [ -n "$time_line" ]; do
        act_do step 25 "$time_line"
        ! time_is_stepped || return 0
        time_split "$time_rest"
    done
    return 1
}

time_step_by_date() { # on a busy machine date sets the clock late: what it missed by is stepped again
    for time_tries in 1 2 3 4 5; do
        act_do step 10 "$(clock_date_command)"
        time_is_stepped || return
        ! clock_is_near || return 0
    done
}

time_is_stepped() {
    clock_came_true || return
    time_stepped=yes
}

time_finish() {
    trap '' TERM INT QUIT
    trap - EXIT
    if [ -n "$time_stopped" ] || [ -z "$STOP" ]; then
        time_each start 90 "$START" || { sleep 2 && time_each start 90 "$START"; }
    fi
    [ -z "$time_held" ] || time_each release 60 "$RELEASE" || { sleep 2 && time_each release 60 "$RELEASE"; }
    [ -z "$time_stepped" ] || time_each rtc 15 "$RTC"
    act_end
}

# --- Lists of commands.

newline='
'
time_held='' time_stopped='' time_stepped=''

time_split() { # LINES   sets time_line to the first, time_rest to what follows
    time_line=${1%%"$newline"*}
    time_rest=${1#"$time_line"}
    time_rest=${time_rest#"$newline"}
}

time_each() { # NAME SECONDS LINES   the status of the last
    act_status=0
    time_split "$3"
    while [ -n "$time_line" ]; do
        act_do "$1" "$2" "$time_line"
        time_split "$time_rest"
    done
    return "$act_status"
}
