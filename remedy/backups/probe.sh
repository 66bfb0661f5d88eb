# shellcheck shell=sh disable=SC2154,SC3013  # state.sh sets backups_folder and its like; every sh in use has -nt
# What proves a host's backups, and whether they run. Each proof is bounded in time and in what is sent of it.
#
# Values: BACKUPS, for eval: for each backup its proof (backups_within SECONDS backups_file..., and so on), and for those
# that we could run backups_own NUMBER KEY. And BACKUPS_COMMANDS of state.sh.

backups_newline='
'
backups_most=30          # files whose sizes are told
backups_zipped=209715200 # bytes of a compressed file that are read to find how it ends

backups_probe() {
    [ -n "$BACKUPS" ] || return 0
    find_timeout # here, since much is asked in subshells
    backups_places
    value backups/clock "$(date '+%s %z')"
    backups_find_running
    value backups/running "$backups_running"
    eval "$BACKUPS"
}

backups_own() { # NUMBER KEY   our last run of it: running, or how it ended
    backups_find "$2" || return 0
    backups_state=ended
    ! backups_is_alive || backups_state=running
    [ "$backups_state" = running ] || [ -e "$backups_folder/ended" ] || sleep 1 # it may just be written
    backups_end=
    { read -r backups_end <"$backups_folder/ended"; } 2>/dev/null
    value "backup/$1/own" "$backups_state $backups_pid $backups_began $backups_end"
    backups_by=
    { read -r backups_by <"$backups_folder/by"; } 2>/dev/null
    value "backup/$1/by" "$backups_by"
    answer "backup/$1/output" backups_output
}

# --- Files. Looking at them can hang, if they are on another machine that is gone.

backups_within() { # SECONDS FUNCTION [ARGUMENT...]   as within, which runs programs only
    backups_limit=$1
    shift
    "$@" &
    backups_child=$!
    (
        backups_nap=
        trap '[ -z "$backups_nap" ] || kill "$backups_nap"; exit' TERM
        sleep "$backups_limit" &
        backups_nap=$!
        wait "$backups_nap"
        kill -9 "$backups_child"
    ) >/dev/null 2>&1 &
    backups_watcher=$!
    wait "$backups_child" 2>/dev/null
    kill "$backups_watcher" 2>/dev/null
}

backups_file() { # NUMBER FOLDER PATTERN [room]   PATTERN is for eval; room: tell how much there is
    backups_name=backup/$1
    backups_look_into "$REMEDY_ROOT$2"
    if [ ! -x "$backups_inner" ] || { [ "$backups_inner" = "$REMEDY_ROOT$2" ] && [ ! -r "$backups_inner" ]; }; then
        value "$backups_name/closed" "${backups_inner#"$REMEDY_ROOT"}"
        return
    fi
    backups_find_newest "$3"
    [ -z "$backups_newest" ] || backups_tell_newest
    [ "$4" != room ] || answer "$backups_name/room" within 5 df -Pk "$backups_inner"
    value "$backups_name/seen" yes
}

backups_look_into() { # FOLDER   sets backups_inner to it, or to the nearest above it that can be seen
    backups_inner=$1
    until [ -e "$backups_inner" ] || [ -z "$backups_inner" ]; do
        backups_inner=${backups_inner%/*}
    done
    backups_inner=${backups_inner:-/}
}

backups_find_newest() { # PATTERN   sets backups_newest; and backups_figures: times and sizes, first those of the newest
    eval "set -- $1"
    backups_newest=
    for backups_path; do
        [ -e "$backups_path" ] || continue
        [ -n "$backups_newest" ] && [ ! "$backups_path" -nt "$backups_newest" ] || backups_newest=$backups_path
    done
    [ -n "$backups_newest" ] || return 0
    [ $# -le "$backups_most" ] || shift $(($# - backups_most))
    backups_figures=$(within 5 stat -L -c '%Y %s' -- "$backups_newest" "$@" 2>/dev/null)
    backups_figure=${backups_figures%%"$backups_newline"*}
}

backups_tell_newest() {
    mark run "$backups_name/newest"
    printf '%s' "${backups_newest#"$REMEDY_ROOT"}"
    mark exit 0
    answer "$backups_name/figures" printf '%s\n' "$backups_figures"
    if [ -d "$backups_newest" ]; then
        value "$backups_name/kind" folder
    else
        backups_dump
    fi
}

backups_dump() { # which dump it is, and whether it has its end; a backup's contents stay on the host
    case ${backups_newest##*/} in
        *sql*.gz | *dump*.gz) [ "${backups_figure#* }" -le "$backups_zipped" ] || return 0 ;;
        *.gz) return ;;
    esac
    backups_text=$(backups_ends)
    case $backups_text in
        *'-- MySQL dump'* | *'-- MariaDB dump'*) backups_kind=mysqldump backups_end='-- Dump completed' ;;
        *'-- PostgreSQL database cluster dump'*) backups_kind=pg_dumpall backups_end='-- PostgreSQL database cluster dump complete' ;;
        *'-- PostgreSQL database dump'*) backups_kind=pg_dump backups_end='-- PostgreSQL database dump complete' ;;
        *) backups_kind=unknown backups_end= ;;
    esac
    case $backups_text in
        *"$backups_end"*) backups_end=whole ;;
        *) backups_end='cut' ;;
    esac
    value "$backups_name/dump" "$backups_kind $backups_end ${backups_text##*"$backups_newline"}"
}

backups_ends() { # how it begins and how it ends, and in a last line the status of unpacking it
    case $backups_newest in
        *.gz)
            {
                within 10 gzip -dc <"$backups_newest" 2>/dev/null
                printf '\n%s' "$?"
            } | backups_beginning_and_end
            ;;
        *)
            backups_beginning_and_end <"$backups_newest"
            printf '\n0'
            ;;
    esac
}

backups_beginning_and_end() {
    { within 10 dd bs=512 count=1 2>/dev/null; within 15 tail -c 400; } | tr -d '\000'
}

# --- Units, and programs that know of backups. They get no standard input: what would ask for a password fails instead.

backups_units() { # UNIT...   in UTC, for a zone's name says little; what comes is in their order
    answer backups/units within 10 env TZ=UTC systemctl show -p Id -p LoadState -p ActiveState -p SubState -p Result \
        -p ExecMainStatus -p ExecMainExitTimestamp -p ExecMainExitTimestampMonotonic -p NextElapseUSecRealtime -p Unit \
        "$@"
}

backups_ask() { # NAME SECONDS COMMAND [ARGUMENT...]   as answer, but no more than 60 kB are sent
    backups_name=$1 backups_limit=$2
    shift 2
    mark run "$backups_name"
    {
        backups_status=$({
            {
                within "$backups_limit" "$@" </dev/null 2>&1 3>&- 4>&-
                echo "$?" >&3
            } | backups_first >&4 3>&-
        } 3>&1)
    } 4>&1
    mark exit "${backups_status:-124}"
}

backups_first() { # what is over it is dropped, but read, so that nothing dies of a closed pipe
    within $((backups_limit + 3)) head -c 61440 2>/dev/null && within $((backups_limit + 3)) cat >/dev/null 2>&1
}

backups_restic() { # NUMBER SECONDS REPOSITORY
    value "backup/$1/hostname" "$(uname -n)"
    backups_ask "backup/$1/restic" "$2" restic -r "$3" snapshots --json --latest 1 --no-lock
}

backups_borg() { # NUMBER SECONDS REPOSITORY   it tells local times, and asks before it trusts a repository that moved
    backups_ask "backup/$1/borg" "$2" env TZ=UTC BORG_RELOCATED_REPO_ACCESS_IS_OK=no \
        BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=no borg list --bypass-lock --last 1 --json "$3"
}
