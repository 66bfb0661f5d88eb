# shellcheck shell=sh
# Checks of one's own: commands that say by their status and output whether all is well.
#
# Value: CHECKS: calls of checks_run, a line each, quoted for eval by us.

checks_probe() {
    eval "$CHECKS"
}

# The command goes by the environment: arguments are in every process list. Its output is told to the end of what the
# reader keeps, and one byte more; the rest is read all the same, so that the command can end. When its time is over, all
# that it started ends with it, and not what tells its output.
# shellcheck disable=SC2016  # for the inner shell to expand
checks_shell='
command=$CHECKS_COMMAND
unset CHECKS_COMMAND
exec 4>&1
{
    trap "" TERM
    status=$({
        { (trap - TERM; eval "$command") 2>&1 3>&- 4>&-; echo "$?" >&3; } | { head -c 65537; cat >/dev/null; } >&4 3>&-
    } 3>&1)
    exit "$status"
} 2>/dev/null &
wait "$!"'
checks_session='trap "trap \"\" TERM; kill -TERM 0; wait; exit 143" TERM' # not every timeout(1) ends more than a process

checks_run() { # NUMBER SECONDS COMMAND
    CHECKS_COMMAND=$3
    export CHECKS_COMMAND
    if have setsid; then
        answer "check/$1" within "$2" setsid sh -c "$checks_session$checks_shell"
    else
        answer "check/$1" within "$2" sh -c "$checks_shell"
    fi
    unset CHECKS_COMMAND
}
