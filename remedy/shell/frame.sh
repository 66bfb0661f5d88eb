# shellcheck shell=sh
# The frame of every script that is sent to a host. Only what stands between marks is believed: a mark is a line that
# begins with TOKEN, which is random for each script, so no banner, no .bashrc and no command can forge one.
#
#   TOKEN begin                      the shell has read the whole script and starts
#   TOKEN value NAME TEXT            a fact of one line
#   TOKEN run NAME [WORDS]           what follows, up to the next mark, is the output of a command...
#   TOKEN exit STATUS                ...and how it ended
#   TOKEN end                        all was said
#
# Values: TOKEN (the mark), ENTRIES (the functions to run, in order). REMEDY_ROOT is where the host's file tree begins:
# unset on a real host, a folder in the lab and in tests.

LC_ALL=C
export LC_ALL
REMEDY_ROOT=${REMEDY_ROOT-}
PATH=$PATH:$REMEDY_ROOT/usr/local/sbin:$REMEDY_ROOT/usr/sbin:$REMEDY_ROOT/sbin:$REMEDY_ROOT/usr/local/bin:$REMEDY_ROOT/usr/bin:$REMEDY_ROOT/bin
export PATH

# The empty line before a mark ends an output without a newline; the reader takes it off again.
mark() {
    printf '\n%s %s\n' "$TOKEN" "$*"
}

value() { # NAME TEXT...
    mark value "$@"
}

answer() { # NAME COMMAND [ARGUMENT...]
    answer_name=$1
    shift
    mark run "$answer_name"
    "$@" </dev/null 2>&1
    mark exit "$?"
}

have() { # COMMAND
    command -v "$1" >/dev/null 2>&1
}

# A command that can hang gets a deadline here as well: closing the channel would leave it behind on the host.
within() { # SECONDS COMMAND [ARGUMENT...]   its status, or 124, 137 or 143 when time ran out
    within_limit=$1
    shift
    find_timeout
    case $timeout_form in
        kills) timeout -k 2 "$within_limit" "$@" ;;
        plain) timeout "$within_limit" "$@" ;;
        none) within_watched "$@" ;;
    esac
}

find_timeout() { # once a script: the timeout(1) of busybox knew no -k for long, and the seconds otherwise before 1.30
    [ -z "${timeout_form-}" ] || return 0
    if timeout -k 1 1 true 2>/dev/null; then
        timeout_form=kills
    elif timeout 1 true 2>/dev/null; then
        timeout_form=plain
    else
        timeout_form=none
    fi
}

# In the foreground, for a shell makes its background processes ignore SIGINT and SIGQUIT, and a daemon that is started
# would keep that. exec keeps the process whose number the watcher has; the watcher is a child of none that waits for it.
within_watched() { # COMMAND [ARGUMENT...]
    {
        # shellcheck disable=SC2016  # for the inner shell to expand
        within_watch=$(
            sh -c '
                limit=$1
                shift
                (
                    {
                        sleep "$limit"
                        kill "$$"
                        sleep 2
                        kill -9 "$$"
                    } >/dev/null 2>&1 3>&- &
                    echo "$!"
                )
                exec "$@" >&3 3>&-
            ' sh "$within_limit" "$@"
        )
        within_status=$?
    } 3>&1
    kill "$within_watch" 2>/dev/null
    return "$within_status"
}

run_entries() {
    mark begin
    for entry in $ENTRIES; do
        "$entry"
    done
    mark end
}
