# shellcheck shell=sh
# Starts services, and makes them start at boot.
#
# Values: SERVICES_REPAIR: calls of the functions below, a line each, quoted for eval by us; SERVICES_ENABLE_SECONDS and
# SERVICES_START_SECONDS: what a command may take.

services_repair() {
    act_begin
    services_started=''
    eval "$SERVICES_REPAIR"
    [ -z "$services_started" ] || sleep 2 # what dies of its start at once is to be dead when we look again
    act_end
}

services_enable() { # LINE
    act_do enable "$SERVICES_ENABLE_SECONDS" "$1"
}

services_start() { # LOOK LINE...   unless LOOK says that it runs by now
    services_look=$1
    shift
    if services_runs; then
        act_say look "$services_look" 0 "$services_said: it runs by now, and is not started"
        return
    fi
    services_started=yes
    for services_line; do
        act_do start "$SERVICES_START_SECONDS" "$services_line"
    done
}

services_runs() { # old scripts say that nothing runs with exit status 0
    services_said=$(eval "within 15 $services_look" </dev/null 2>&1) || return 1
    case $services_said in
        *'not running'* | *'is stopped'* | *stop/waiting*) return 1 ;;
    esac
}
