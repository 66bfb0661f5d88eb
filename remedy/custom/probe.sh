# shellcheck shell=sh
# Checks of one's own: commands that say by their status and output whether all is well.
#
# Value: CHECKS: calls of checks_run, a line each, quoted for eval by us.

checks_probe() {
    eval "$CHECKS"
}

# The command goes by the environment: arguments are in every process list. Its output is told to the end of what the
# reader keeps, and one byte more; the rest is read all the same, so that the command can end.
# shellcheck disable=SC2016  # for the inner shell to expand
checks_shell='
command=$CHECKS_COMMAND
unset CHECKS_COMMAND
exec 4>&1
status=$({ { (eval "$command") 2>&1 3>&- 4>&-; echo "$?" >&3; } | { head -c 65537; cat >/dev/null; } >&4 3>&-; } 3>&1)
exit "$status"'

checks_run() { # NUMBER SECONDS COMMAND
    CHECKS_COMMAND=$3
    export CHECKS_COMMAND
    answer "check/$1" within "$2" sh -c "$checks_shell"
    unset CHECKS_COMMAND
}
