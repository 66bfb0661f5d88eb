# shellcheck shell=sh disable=SC2153,SC2154  # state.sh and probe.sh set backups_running and their like
# Runs one backup as cron would, and follows it to its end. It is in a session of its own, and what it leaves of itself
# (state.sh) tells any later probe how it goes on: neither the end of the connection nor ours ends it.
#
# Values: BACKUPS_RUN (the command) and BACKUPS_SHOWN (the same on one line), BACKUPS_KEY, BACKUPS_TIMEOUT (seconds);
# BACKUPS_BY (the id of our run over the fleet: it may come to a host twice, by another worker when the first was lost);
# what says whether it is needed still: BACKUPS_PATTERN and BACKUPS_SEEN (of the newest file), BACKUPS_UNIT; and
# BACKUPS_FOLDER and BACKUPS_ROOM, the kB that have to be free there. BACKUPS_COMMANDS of state.sh.

backups_run() {
    trap '' HUP PIPE INT QUIT TERM
    find_timeout
    mark run backup "$BACKUPS_SHOWN"
    backups_make
    mark exit "$?"
}

backups_make() {
    backups_places
    if ! backups_take_place; then
        echo "no folder of ours in /run, /var/run or /tmp to note a run in: it was not run"
        return 73
    fi
    if ! backups_lock; then
        echo "another run of it is at work: it was not run again"
        return 75
    fi
    lock_release # this may go on for hours, and has a lock of its own now
    backups_why=$(backups_why_not)
    if [ -n "$backups_why" ]; then
        echo "$backups_why: it was not run"
        backups_status=75
    else
        backups_start
    fi
    [ -z "$backups_locked" ] || rm -rf "$backups_locked"
    return "$backups_status"
}

# --- Whether to run it, looked at again right before.

backups_take_place() { # sets backups_base, a folder that only we can write to
    for backups_place in $backups_places; do
        backups_base=$REMEDY_ROOT/$backups_place
        (umask 077 && mkdir "$backups_base") 2>/dev/null
        ! backups_is_private "$backups_base" || [ ! -w "$backups_base" ] || return 0
    done
    return 1
}

backups_locked='' # a folder that is the backup's own lock where there is no flock(1)

backups_lock() {
    if have flock && command exec 8>"$backups_base/$BACKUPS_KEY.lock"; then
        flock -n 8
        case $? in
            0) return 0 ;;
            1) return 1 ;;
        esac
    fi
    backups_held=$backups_base/$BACKUPS_KEY.held
    if [ -d "$backups_held" ]; then
        { read -r backups_pid <"$backups_held/pid"; } 2>/dev/null || return 1
        [ ! -d "$REMEDY_ROOT/proc/$backups_pid" ] || return 1
        rm -rf "$backups_held"
    fi
    mkdir "$backups_held" 2>/dev/null || return 1
    backups_locked=$backups_held
    echo "$$" >"$backups_held/pid"
}

backups_why_not() {
    if backups_find "$BACKUPS_KEY" && backups_is_alive; then
        echo "it runs already, as process $backups_pid"
        return
    fi
    backups_find_running
    if backups_is_done; then
        echo "it was run by this very run already"
    elif [ -n "$backups_running" ]; then
        echo "it runs already, as process ${backups_running##*:}"
    elif backups_has_changed; then
        echo "since we looked there is news of it"
    elif ! backups_has_room; then
        echo "there is too little room in $BACKUPS_FOLDER: $backups_free kB, and $BACKUPS_ROOM kB are needed"
    fi
}

backups_is_done() { # whether what we left of its last run is of this run over the fleet
    [ -n "$BACKUPS_BY" ] && backups_find "$BACKUPS_KEY" && backups_by='' || return 1
    { read -r backups_by <"$backups_folder/by"; } 2>/dev/null
    [ "$backups_by" = "$BACKUPS_BY" ]
}

backups_has_changed() {
    if [ -n "$BACKUPS_UNIT" ]; then
        backups_figure=$(within 10 systemctl show -p ExecMainExitTimestampMonotonic "$BACKUPS_UNIT")
        [ "${backups_figure#*=}" != "$BACKUPS_SEEN" ] || within 10 systemctl is-active "$BACKUPS_UNIT" | grep -q activating
    elif [ -n "$BACKUPS_PATTERN" ]; then
        backups_figure=
        backups_find_newest "$BACKUPS_PATTERN"
        [ "$backups_figure" != "$BACKUPS_SEEN" ]
    else
        return 1
    fi
}

backups_has_room() { # unless we know that there is too little
    [ -n "$BACKUPS_ROOM" ] || return 0
    backups_look_into "$REMEDY_ROOT$BACKUPS_FOLDER"
    backups_free=$(within 5 df -Pk "$backups_inner" | sed -n 's/.* \([0-9][0-9]*\)  *[0-9]*% .*/\1/p')
    [ -z "$backups_free" ] || [ "$backups_free" -ge "$BACKUPS_ROOM" ]
}

# --- The run. We stay in its folder; what still writes there after a later run has swept it away writes to nowhere.

backups_start() {
    backups_folder=$backups_base/$BACKUPS_KEY
    backups_status=73
    rm -rf "$backups_folder"
    (umask 077 && mkdir "$backups_folder" && mkfifo "$backups_folder/pipe") && cd "$backups_folder" || return
    echo "$BACKUPS_BY" >by
    backups_find_home
    (backups_keep_log) <pipe >/dev/null 2>&1 8>&- & # in brackets, or the shell keeps what is closed here open elsewhere
    backups_logger=$!
    (backups_watch) >/dev/null 2>&1 8>&- &
    backups_watcher=$!
    (
        trap - HUP PIPE INT QUIT TERM
        backups_as_cron
    ) </dev/null >pipe 2>&1 8>&-
    backups_status=$?
    backups_end
    backups_output
    [ "$backups_timed" != timeout ] ||
        printf '\nkilled after %s s: timeout: in hosts.yaml allows no more\n' "$BACKUPS_TIMEOUT"
}

# Not in the background: a shell makes its background processes ignore SIGINT. exec keeps the process that is noted.
backups_as_cron() {
    set -- env -i "HOME=$backups_home" "LOGNAME=$backups_user" "SHELL=$REMEDY_ROOT/bin/sh" \
        "PATH=$REMEDY_ROOT/usr/bin:$REMEDY_ROOT/bin" "$REMEDY_ROOT/bin/sh" -c "$BACKUPS_RUN"
    ! have setsid || set -- setsid "$@"
    # shellcheck disable=SC2016  # for the inner shell to expand
    exec sh -c '
        { read -r stat <"$1/$$/stat"; } 2>/dev/null
        home=$2 pid=$$ began=$(date +%s)
        shift 2
        line=${stat##*) }
        note() { echo "$pid ${20} $began"; }
        note $line >run
        cd "$home" 2>/dev/null || cd /
        exec "$@"
    ' sh "$REMEDY_ROOT/proc" "$backups_home" "$@"
}

backups_find_home() { # sets backups_user and backups_home, as passwd(5) has them
    backups_user=$(id -un)
    backups_home=$(
        { within 5 getent passwd "$backups_user" 2>/dev/null || cat "$REMEDY_ROOT/etc/passwd"; } |
            while IFS=: read -r backups_name _ _ _ _ backups_home _; do
                [ "$backups_name" != "$backups_user" ] || { echo "$backups_home" && break; }
            done
    )
    backups_home=${backups_home:-${HOME:-/}}
}

backups_end() { # note how it ended, and wait a little for the last of its output: what it left running may hold the pipe
    backups_timed=
    [ "$backups_status" = 0 ] || [ ! -e killed ] || backups_timed=timeout
    if [ -n "$backups_timed" ]; then
        backups_status=124
        wait "$backups_watcher" 2>/dev/null
    else
        kill "$backups_watcher" 2>/dev/null
    fi
    echo "$backups_status $(date +%s) $backups_timed" >ending && mv ending ended
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 "$backups_logger" 2>/dev/null || break
        sleep 0.2 2>/dev/null || sleep 1
    done
}

backups_keep_log() { # its last megabytes at most, however much it prints
    while dd bs=65536 count=16 of=log && [ -s log ]; do
        [ ! -e old ] || mv old older
        mv log old
    done
}

backups_watch() { # kill it when its time is over, with all processes of its group
    trap - TERM
    while [ "$BACKUPS_TIMEOUT" -gt 0 ]; do
        backups_nap=$((BACKUPS_TIMEOUT < 5 ? BACKUPS_TIMEOUT : 5))
        sleep "$backups_nap"
        BACKUPS_TIMEOUT=$((BACKUPS_TIMEOUT - backups_nap))
    done
    read -r backups_pid _ <run || return
    : >killed
    backups_kill TERM
    for _ in 1 2 3 4 5; do
        backups_kill 0 || return
        sleep 1
    done
    backups_kill KILL
}

backups_kill() { # SIGNAL
    kill "-$1" "-$backups_pid" || kill "-$1" "$backups_pid"
}
