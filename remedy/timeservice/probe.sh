# shellcheck shell=sh
# The time services of a host: which there are, whether they run and start at boot, and what the running one says.

timeservice_names="chronyd chrony ntpsec ntpd ntp systemd-timesyncd openntpd sysntpd"

timeservice_probe() {
    timeservice_init=$(find_init)
    value init "$timeservice_init"
    value ntpd "$(timeservice_ntpd)"
    "timeservice_ask_$timeservice_init"
    timeservice_boot_links
    timeservice_processes
}

# --- Its init system.

timeservice_ask_systemd() {
    set --
    for timeservice_name in $timeservice_names; do
        set -- "$@" "$timeservice_name.service"
    done
    answer units within 10 systemctl show -p Id -p LoadState -p ActiveState -p SubState -p UnitFileState \
        -p Result -p ExecMainStatus -p ConditionResult -p ConditionTimestampMonotonic "$@"
}

timeservice_ask_openrc() {
    for timeservice_name in $timeservice_names; do
        [ ! -x "$REMEDY_ROOT/etc/init.d/$timeservice_name" ] ||
            answer "status/$timeservice_name" within 5 rc-service "$timeservice_name" status
    done
}

timeservice_ask_sysv() {
    answer runlevel runlevel
    for timeservice_name in $timeservice_names; do
        timeservice_script=$REMEDY_ROOT/etc/init.d/$timeservice_name
        [ -x "$timeservice_script" ] || continue
        if have service; then
            answer "status/$timeservice_name" within 5 service "$timeservice_name" status
        else
            answer "status/$timeservice_name" within 5 "$timeservice_script" status
        fi
    done
    for timeservice_name in service chkconfig update-rc.d; do
        ! have "$timeservice_name" || value init_tool "$timeservice_name"
    done
}

timeservice_ask_none() {
    :
}

timeservice_boot_links() { # of SysV init and OpenRC
    for timeservice_name in $timeservice_names; do
        for timeservice_link in "$REMEDY_ROOT"/etc/rc[2-5].d/S[0-9][0-9]"$timeservice_name" \
            "$REMEDY_ROOT"/etc/init.d/rc[2-5].d/S[0-9][0-9]"$timeservice_name" \
            "$REMEDY_ROOT"/etc/runlevels/*/"$timeservice_name"; do
            if [ -h "$timeservice_link" ] || [ -e "$timeservice_link" ]; then
                value boot_link "$timeservice_name ${timeservice_link#"$REMEDY_ROOT"}"
            fi
        done
    done
}

# --- Whose ntpd it is: four projects install a program of that name.

timeservice_ntpd() {
    timeservice_path=$(command -v ntpd)
    [ "$timeservice_path" != ntpd ] || { echo busybox && return; } # a word of this very shell, which then is busybox
    case $(ls -l "${timeservice_path:-/nonexistent}" 2>/dev/null) in
        *busybox*) echo busybox && return ;;
    esac
    if have ntpdig || [ -d "$REMEDY_ROOT/etc/ntpsec" ]; then
        echo ntpsec
    elif have ntpctl; then
        echo openntpd
    elif [ -n "$timeservice_path" ]; then
        echo isc
    elif [ -e "$REMEDY_ROOT/etc/init.d/ntpd" ] || [ -e "$REMEDY_ROOT/etc/init.d/sysntpd" ]; then
        echo busybox
    fi
}

# --- What runs, whoever started it; and its own word on whether it is synchronised.

timeservice_processes() {
    timeservice_asked=
    each_process '(ntpd|chronyd|systemd-timesyn|openntpd|busybox)' timeservice_process
}

timeservice_process() { # FOLDER NAME LINE
    case $2=$3 in busybox=*ntpd* | [!b]*) ;; *) return ;; esac
    value process "${1##*/} $2 $3"
    "timeservice_word_$(timeservice_kind "$2")"
}

timeservice_kind() { # NAME   whom to ask, once each
    case $1 in
        chronyd) echo chrony ;;
        systemd-timesyn) echo timesyncd ;;
        openntpd) echo openntpd ;;
        busybox) echo busybox ;;
        *) case $(timeservice_ntpd) in
            openntpd) echo openntpd ;;
            busybox) echo busybox ;;
            *) echo ntpd ;;
        esac ;;
    esac
}

timeservice_word_chrony() {
    timeservice_once chrony || return
    answer tracking within 5 chronyc -n tracking
}

timeservice_word_ntpd() {
    timeservice_once ntpd || return
    answer variables within 5 ntpq -n -c rv
}

timeservice_word_timesyncd() {
    timeservice_once timesyncd || return
    answer timedate within 5 timedatectl status
}

timeservice_word_openntpd() {
    timeservice_once openntpd || return
    answer ntpctl within 5 ntpctl -s status
}

timeservice_word_busybox() {
    timeservice_once busybox || return
    answer adjtimex within 5 busybox adjtimex
}

timeservice_once() { # WORD
    case " $timeservice_asked " in *" $1 "*) return 1 ;; esac
    timeservice_asked="$timeservice_asked $1"
}
