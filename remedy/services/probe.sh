# shellcheck shell=sh
# The services of a host: those that SERVICES names, in words quoted for eval by us; without any, those that the host
# itself says should run and that do not. Whether they run, start at boot, since when; and why they ended.

services_probe() {
    find_timeout
    services_init=$(find_init)
    value services_init "$services_init"
    value services_uid "$(id -u)"
    eval "set -- $SERVICES"
    "services_ask_$services_init" "$@"
}

services_ask_none() {
    :
}

# --- systemd: one call for all units. Without names: what failed, and what is about to be started again since it did.

services_ask_systemd() { # [NAME...]
    [ $# -gt 0 ] || set -- --state=failed,auto-restart '*'
    services_units=$(
        within 15 env TZ=UTC systemctl show -p Id -p Names -p LoadState -p LoadError -p ActiveState -p SubState \
            -p UnitFileState -p Type -p Result -p ExecMainStatus -p NRestarts -p TriggeredBy -p RemainAfterExit \
            -p ActiveEnterTimestamp -p InactiveEnterTimestamp -p ConditionResult -p ConditionTimestampMonotonic "$@" 2>&1
    )
    services_status=$?
    answer services_units services_told
    case $services_units in *UnitFileState=generated*) services_wanted ;; esac
    printf '%s\n\n' "$services_units" | services_ask_more
}

services_told() {
    printf '%s\n' "$services_units"
    return "$services_status"
}

services_wanted() { # the units that generators make systemd start at boot
    set --
    for services_link in "$REMEDY_ROOT"/run/systemd/generator*/*.wants/* "$REMEDY_ROOT"/run/systemd/generator*/*.requires/*; do
        set -- "$@" "${services_link##*/}"
    done
    value services_wanted "$*"
}

services_ask_more() { # reads the units, and asks for what only those that do not run need
    services_logs=0 services_absent='' services_triggers=''
    while IFS= read -r services_line; do
        case $services_line in
            Id=*) services_id=${services_line#*=} ;;
            LoadState=*) services_load=${services_line#*=} ;;
            ActiveState=*) services_active=${services_line#*=} ;;
            SubState=*) services_sub=${services_line#*=} ;;
            UnitFileState=*) services_boot=${services_line#*=} ;;
            TriggeredBy=*) services_by=${services_line#*=} ;;
            '')
                [ -z "${services_id-}" ] || services_ask_why
                services_id='' services_load='' services_active='' services_sub='' services_boot='' services_by=''
                ;;
        esac
    done
    # shellcheck disable=SC2086  # units are words
    [ -z "$services_triggers" ] ||
        answer services_triggers within 10 systemctl show -p Id -p ActiveState $services_triggers
    [ -z "$services_absent" ] || answer services_known services_unit_files
}

services_unit_files() { # by their names only: systemctl would look into each of them
    ls "$REMEDY_ROOT/etc/systemd/system" "$REMEDY_ROOT/lib/systemd/system" \
        "$REMEDY_ROOT/run/systemd/generator.late" 2>/dev/null
}

services_ask_why() {
    case $services_load/$services_active/$services_sub/$services_boot in
        not-found/*) services_absent=yes ;;
        */active/exited/generated) services_ask_script ;;
        */active/* | */reloading/* | */refreshing/* | masked/*) ;;
        *)
            [ "$services_active" != inactive ] || services_triggers="$services_triggers $services_by"
            services_logs=$((services_logs + 1))
            [ "$services_logs" -gt 5 ] || answer "services_log/$services_id" services_log
            ;;
    esac
}

services_log() {
    within 5 journalctl -q --no-pager -b -n 20 -o short-iso --unit="$services_id" | cut -b 1-400
}

# A unit made of an init script stays active when its processes are gone. Where the script would only ask systemd in
# its turn, it is told not to.
services_ask_script() {
    services_script=$REMEDY_ROOT/etc/init.d/${services_id%.service}
    [ ! -x "$services_script" ] ||
        answer "services_status/${services_id%.service}" within 5 env SYSTEMCTL_SKIP_REDIRECT=1 "$services_script" status
}

# --- OpenRC and SysV init: scripts.

services_ask_openrc() { # [NAME...]
    if [ $# -eq 0 ]; then
        answer services_runlevel within 15 rc-status default
        return
    fi
    for services_name; do
        services_name=${services_name%.service}
        [ ! -x "$REMEDY_ROOT/etc/init.d/$services_name" ] ||
            answer "services_status/$services_name" within 5 rc-service "$services_name" status
    done
    services_ask_files "$@"
}

services_ask_sysv() { # [NAME...]
    for services_name in service chkconfig update-rc.d; do
        ! have "$services_name" || value services_tool "$services_name"
    done
    services_level=$(within 5 runlevel)
    value services_level "$services_level"
    # shellcheck disable=SC2046  # names are words
    [ $# -gt 0 ] || set -- $(services_of_runlevel)
    for services_name; do
        services_name=${services_name%.service}
        services_script=$REMEDY_ROOT/etc/init.d/$services_name
        if ! [ -x "$services_script" ]; then
            continue
        elif have service; then
            answer "services_status/$services_name" within 5 service "$services_name" status
        else
            answer "services_status/$services_name" within 5 "$services_script" status
        fi
    done
    services_ask_files "$@"
}

# Only scripts that know the word "status" are asked: one that does not may take it for "start".
services_of_runlevel() {
    case ${services_level##* } in
        [2-5]) services_level=${services_level##* } ;;
        *) services_level='[2-5]' ;;
    esac
    for services_link in $(
        # shellcheck disable=SC2086  # the level may be a pattern
        grep -lE '(^|[[:space:]|])status[[:space:]]*[|)]|^#!.*/init-d-script' "$REMEDY_ROOT"/etc/rc$services_level.d/S* \
            "$REMEDY_ROOT"/etc/init.d/rc$services_level.d/S* 2>/dev/null
    ); do
        services_link=${services_link##*/S}
        echo "${services_link#[0-9][0-9]}"
    done
}

services_ask_files() { # NAME...   what starts it at boot, and when its file of a process number was written
    services_absent='' services_links=''
    for services_name; do
        services_name=${services_name%.service}
        [ -x "$REMEDY_ROOT/etc/init.d/$services_name" ] || services_absent=yes
        for services_file in "$REMEDY_ROOT"/etc/rc[2-5].d/S[0-9][0-9]"$services_name" \
            "$REMEDY_ROOT"/etc/init.d/rc[2-5].d/S[0-9][0-9]"$services_name" \
            "$REMEDY_ROOT"/etc/runlevels/*/"$services_name" "$REMEDY_ROOT/etc/init/$services_name.conf"; do
            [ ! -h "$services_file" ] && [ ! -e "$services_file" ] ||
                services_links="$services_links$services_name ${services_file#"$REMEDY_ROOT"}
"
        done
    done
    answer services_links printf '%s' "$services_links" # all at once: each write is a packet on the network
    services_when "$@"
    [ -z "$services_absent" ] || answer services_known ls "$REMEDY_ROOT/etc/init.d"
}

services_when() { # NAME...
    for services_name; do
        shift
        services_name=${services_name%.service}
        for services_file in "$services_name" "${services_name}d" "$services_name/$services_name"; do
            services_file=$REMEDY_ROOT/var/run/$services_file.pid
            [ ! -f "$services_file" ] || set -- "$@" "$services_file"
        done
    done
    [ $# -eq 0 ] || answer services_pids within 5 stat -c '%Y %n' "$@"
}
