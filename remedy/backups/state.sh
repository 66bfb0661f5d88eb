# shellcheck shell=sh disable=SC2034,SC3067  # what it sets is read by probe.sh and repair.sh; every sh in use has -O
# Whether a backup runs, whoever started it, and what the runs that we began have left of themselves. Changes nothing.
#
# A run of ours has a folder of its own, which only its owner may enter: KEY below post-mainte in /run, /var/run or /tmp.
#   run               PID START BEGAN: the backup's process, when that started (ticks after boot), and the host's clock then
#   ended             STATUS ENDED [timeout]: its exit status and the host's clock then; timeout: we killed it
#   by                the id of the run over the fleet that began it
#   older, old, log   the last of its output, in that order
#
# Values: BACKUPS_COMMANDS, for eval for each process: backups_is NUMBER LINE...

backups_places() { # sets backups_places, the folders in which folders of runs can be
    backups_places="run/post-mainte var/run/post-mainte tmp/post-mainte-$(id -u)"
}

backups_is_private() { # FOLDER   where it is in a place that all can write to, somebody else may have made it
    [ -d "$1" ] && [ ! -h "$1" ] && [ -O "$1" ]
}

backups_find() { # KEY   sets backups_folder to the folder of its last run
    for backups_place in $backups_places; do
        backups_folder=$REMEDY_ROOT/$backups_place/$1
        ! backups_is_private "${backups_folder%/*}" || [ ! -e "$backups_folder/run" ] || return 0
    done
    return 1
}

backups_is_alive() { # whether the run of backups_folder is; sets backups_pid and backups_began
    backups_pid=0 backups_began=0
    { read -r backups_pid backups_start backups_began <"$backups_folder/run"; } 2>/dev/null
    { read -r backups_stat <"$REMEDY_ROOT/proc/$backups_pid/stat"; } 2>/dev/null || return 1
    # shellcheck disable=SC2086  # proc(5): the third field, the state, and the 22nd, when it started
    set -- ${backups_stat##*) }
    [ "$1" != Z ] && [ "${20}" = "$backups_start" ]
}

backups_output() { # the last of it
    (cd "$backups_folder" && cat older old log 2>/dev/null | tail -c 8192)
}

# --- Processes of ours whose command line is a backup's, all without the NULs between their words. A shell drops these by
# itself when it reads, but reads byte by byte: only if such words are there at all do we look at each process.

backups_find_running() { # sets backups_running to NUMBER:PID...
    backups_running=
    [ -n "$BACKUPS_COMMANDS" ] || return 0
    backups_process=any
    backups_line=$(cat "$REMEDY_ROOT"/proc/[0-9]*/cmdline 2>/dev/null | tr -d '\000')
    eval "$BACKUPS_COMMANDS"
    [ -n "$backups_running" ] || return 0
    backups_running=
    for backups_process in "$REMEDY_ROOT"/proc/[0-9]*; do
        [ -O "$backups_process" ] || continue
        backups_line=
        { IFS= read -r backups_line <"$backups_process/cmdline"; } 2>/dev/null
        [ -z "$backups_line" ] || eval "$BACKUPS_COMMANDS"
    done
}

backups_is() { # NUMBER LINE...   a LINE is a command's words without what separates them
    backups_number=$1
    shift
    for backups_command; do
        if backups_is_one; then
            backups_running="$backups_running $backups_number:${backups_process##*/}"
            return
        fi
    done
}

backups_is_one() { # whether the process runs backups_command; whether any process may, where that is asked
    case $backups_process:$backups_line in
        any:*"$backups_command"*) return 0 ;;
        any:* | *ssh"$backups_command") return 1 ;;
        "$backups_process:$backups_command" | *sh"$backups_command" | *sh-?"$backups_command" | *sh-??"$backups_command") ;;
        *python"$backups_command" | *python[23]"$backups_command" | *python[23].*[0-9]"$backups_command") ;;
        *perl"$backups_command" | *perl-?"$backups_command" | *ruby"$backups_command" | *php"$backups_command") ;;
        *) return 1 ;;
    esac
}
