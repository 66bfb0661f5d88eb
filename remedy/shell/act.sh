# shellcheck shell=sh
# How a script acts on a host: whatever becomes of the link and of our output, and each command with a deadline. What
# commands print goes to a file, if there is a place for one: a daemon that one of them starts could hold a pipe open.

act_folder='' act_output=/dev/null act_status=0

act_begin() {
    trap '' HUP PIPE
    find_timeout
    trap act_end EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
    trap 'exit 131' QUIT
    for act_place in /run /dev/shm /tmp; do
        act_folder=$REMEDY_ROOT$act_place/post-mainte.$$
        act_make_folder 2>/dev/null && return
    done
    act_folder=''
}

act_make_folder() { # one with room for what a command prints
    (umask 077 && mkdir "$act_folder") || return
    printf '%8192s' '' >"$act_folder/output" && return
    rm -rf "$act_folder"
    return 1
}

act_end() {
    trap - EXIT
    [ -z "$act_folder" ] || rm -rf "$act_folder"
    lock_release
}

act_do() { # NAME SECONDS LINE [SHOWN]   LINE is a command for eval, shown as it is, or as SHOWN
    mark run "$1" "${4-$3}"
    act_run "$2" "$3"
    act_tell
    return "$act_status"
}

# A shell runs nothing whose output it can't open: the place may be full, or swept away, since we began. Daemons must
# inherit neither the signals that we ignore nor the lock.
act_run() { # SECONDS LINE   sets act_status
    act_output=$act_folder/output
    [ -n "$act_folder" ] && { true >"$act_output"; } 2>/dev/null || act_output=/dev/null
    (
        trap - HUP PIPE TERM INT QUIT
        eval "within $1 $2"
    ) </dev/null >"$act_output" 2>&1 9<&-
    act_status=$?
}

act_tell() { # what the last command printed, and how it ended
    tail -c 8192 "$act_output"
    mark exit "$act_status"
}

act_say() { # NAME SHOWN STATUS TEXT
    mark run "$1" "$2"
    printf '%s\n' "$4"
    mark exit "$3"
}
