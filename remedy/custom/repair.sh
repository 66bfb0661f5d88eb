# shellcheck shell=sh
# Puts right what a check of one's own found, by the command that hosts.yaml has for it.
#
# Values: CHECKS_REPAIR: the command; CHECKS_SHOWN: how it is shown; CHECKS_SECONDS: what it may take.

checks_repair() {
    act_begin
    export CHECKS_REPAIR
    # shellcheck disable=SC2016  # for the inner shell to expand
    act_do repair "$CHECKS_SECONDS" 'sh -c '\''command=$CHECKS_REPAIR; unset CHECKS_REPAIR; eval "$command"'\' "$CHECKS_SHOWN"
    act_end
}
