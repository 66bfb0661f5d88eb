# shellcheck shell=sh
# Runs BODY, a whole script of its own, so that neither the end of the connection nor sudo's clean-up after it reaches
# the processes: in a session of its own where there is setsid(1), and with no standard input to wait for. In the
# foreground, for a shell makes its background processes ignore SIGINT, and a daemon started there would keep that.

run_detached() {
    if have setsid; then
        setsid sh -c "$BODY" </dev/null
    else
        sh -c "$BODY" </dev/null
    fi
}
