# shellcheck shell=sh
# One lock for all that changes a host, so that no two runs do so at once. Who had to wait for it does nothing: what it
# was to do rests on a look at the host from before.
#
# The lock is the host's root folder itself, which needs no place to write; a folder of ours where there is no flock(1).
# Descriptor 9 holds it: what is to live longer than the script must not inherit that.
#
# Value: LOCKED: the functions to run, in order.

lock_folder=''

run_locked() {
    if lock_take; then
        for lock_entry in $LOCKED; do
            "$lock_entry"
        done
    else
        mark run lock "wait for another run that is at work on this host"
        lock_wait
        mark exit "$?"
    fi
    lock_release
}

lock_wait() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        sleep 3
        ! lock_take || { echo "it has ended: the host is looked at again" && return; }
    done
    echo "it is at work still: nothing was done"
    return 75
}

lock_take() {
    if have flock && command exec 9<"$REMEDY_ROOT/"; then
        flock -n 9
        case $? in
            0) return 0 ;;
            1) return 1 ;;
        esac
    fi
    for lock_place in /run /dev/shm /tmp; do
        lock_folder=$REMEDY_ROOT$lock_place/post-mainte.lock
        ! lock_is_held || { lock_folder='' && return 1; }
        mkdir "$lock_folder" 2>/dev/null && echo "$$" >"$lock_folder/pid" && return 0
    done
    lock_folder=''
}

lock_is_held() { # by a process that is alive; what a dead one left is swept away
    [ -d "$lock_folder" ] || return 1
    { read -r lock_pid <"$lock_folder/pid" || { sleep 1 && read -r lock_pid <"$lock_folder/pid"; }; } 2>/dev/null &&
        [ -d "/proc/$lock_pid" ] && return 0
    rm -rf "$lock_folder"
    return 1
}

lock_release() {
    exec 9<&-
    [ -z "$lock_folder" ] || rm -rf "$lock_folder"
    lock_folder=''
}
