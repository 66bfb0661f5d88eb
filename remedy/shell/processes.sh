# shellcheck shell=sh
# The processes of this host by what they are called, whoever started them.

# Calls FUNCTION with the folder, the name and the words of each whose name fits. A container's are seen from here, and
# are none of ours.
each_process() { # NAMES FUNCTION   NAMES is an extended regular expression in parentheses
    for process_file in $(process_files "$1"); do
        process=${process_file%/*}
        process_is_ours || continue
        { read -r process_name <"$process_file"; } 2>/dev/null || continue
        case $process_name in [0-9]*'('*) process_name=${process_name#*(} ;; esac
        process_name=${process_name%%)*}
        "$2" "$process" "$process_name" "$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null)"
    done
}

process_files() { # NAMES   the files that tell such a name; before Linux 2.6.33 there is only stat
    if [ -e "$REMEDY_ROOT/proc/self/comm" ]; then
        grep -lxE "$1" "$REMEDY_ROOT"/proc/[0-9]*/comm 2>/dev/null
    else
        grep -lE "^[0-9]+ \\($1\\) " "$REMEDY_ROOT"/proc/[0-9]*/stat 2>/dev/null
    fi
}

process_is_ours() {
    process_theirs=$(readlink "$process/ns/pid" 2>/dev/null) || return 0
    [ "$process_theirs" = "$(readlink "$REMEDY_ROOT/proc/self/ns/pid" 2>/dev/null)" ]
}
