# shellcheck shell=sh
# Runs BODY, a whole script of its own, so that neither the end of the connection nor sudo's clean-up after it reaches
# the processes: in a session of its own where there is setsid(1), and with no standard input to wait for. In the
# foreground, for a shell makes its background processes ignore SIGINT, and a daemon started there would keep that.
# It goes by the environment, which only root may read: arguments, and the token among them, are in every process list.

run_detached() {
    export BODY
    # shellcheck disable=SC2016  # for the inner shell to expand
    set -- sh -c 'body=$BODY; unset BODY; eval "$body"'
    if have setsid; then
        set -- setsid "$@"
    fi
    "$@" </dev/null
}
