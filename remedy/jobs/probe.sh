# shellcheck shell=sh
# What a host does at set times: its crontabs, the daemon that reads them, systemd's timers, the zone that they go by;
# and what its logs show of the last day: what ran, when the clock was stepped, when the host was down.
#
# Paths of files are told without REMEDY_ROOT, and without the slash that they begin with.

jobs_newline='
'

jobs_probe() {
    jobs_now=$(date '+%s %z')
    value jobs_now "$jobs_now"
    { read -r jobs_line <"$REMEDY_ROOT/proc/uptime"; } 2>/dev/null && value jobs_uptime "$jobs_line"
    value jobs_init "$(find_init)"
    jobs_zone
    jobs_daemon
    jobs_tables
    jobs_parts
    jobs_stamps
    jobs_units
    jobs_logs "$((${jobs_now%% *} - 93600))" # a day and two hours
    jobs_markers
}

jobs_zone() {
    value jobs_localtime "$(readlink "$REMEDY_ROOT/etc/localtime")"
    for jobs_file in etc/timezone etc/TZ etc/sysconfig/clock; do
        [ -r "$REMEDY_ROOT/$jobs_file" ] || continue
        jobs_lines=0
        while IFS= read -r jobs_line && [ "$jobs_lines" -lt 20 ]; do
            jobs_lines=$((jobs_lines + 1))
            value jobs_zone "$jobs_file $jobs_line"
        done <"$REMEDY_ROOT/$jobs_file"
    done
}

# --- The cron daemon: by its processes, whoever started it; else by what is installed.

jobs_daemon() {
    jobs_folder=
    each_process '(cron|crond|dcron|fcron|busybox)' jobs_process
    for jobs_comm in cron crond dcron fcron; do
        ! have "$jobs_comm" || value jobs_installed "$jobs_comm $(jobs_kind '' "$jobs_comm")"
        [ ! -x "$REMEDY_ROOT/etc/init.d/$jobs_comm" ] || value jobs_script "$jobs_comm"
    done
    ! have service || value jobs_has service
    ! have anacron || value jobs_has anacron
    for jobs_file in lib usr/lib; do
        [ ! -x "$REMEDY_ROOT/$jobs_file/systemd/system-generators/systemd-crontab-generator" ] ||
            value jobs_has systemd-cron
    done
}

jobs_process() { # FOLDER NAME LINE
    case $2=$3 in busybox=*crond* | [!b]*) ;; *) return ;; esac
    case ${3%% *} in *CRON | *CROND) return ;; esac # one that runs a job
    { read -r jobs_stat <"$1/stat"; } 2>/dev/null || return
    jobs_daemon_folder "$3"
    value jobs_process "$(jobs_kind "$1/exe" "$2") ${1##*/} $2 $(jobs_start "${jobs_stat##*) }") $jobs_folder"
    answer jobs_environ jobs_environ "$1"
}

jobs_kind() { # EXE NAME   whose it is, by what it is a link to and by words that only that one holds
    jobs_program=$1
    [ -r "$jobs_program" ] || jobs_program=$(command -v "$2")
    case $2=$(readlink "$jobs_program") in
        fcron=*) echo fcron ;;
        busybox=* | *=*busybox*) echo busybox ;;
        *) if grep -q CRON_TZ "$jobs_program" 2>/dev/null; then
            echo cronie
        elif grep -q cronstamps "$jobs_program" 2>/dev/null; then
            echo dcron
        else
            echo vixie
        fi ;;
    esac
}

jobs_start() { # FIELDS   of /proc/PID/stat from the third on: the 22nd is when it started, in ticks since boot
    # shellcheck disable=SC2086  # split into words on purpose
    set -- $1
    shift 19 && echo "$1"
}

jobs_daemon_folder() { # COMMAND   sets jobs_folder to what crond of busybox and dcron is told by -c
    case $1 in *' -c /'*) jobs_folder=${1#*' -c /'} jobs_folder=${jobs_folder%% *} jobs_folder=${jobs_folder%/} ;; esac
}

jobs_environ() { # FOLDER
    tr '\0' '\n' <"$1/environ" | grep -E '^(TZ|PATH)='
}

# --- Crontabs: all of them by one stat and one awk, which takes a file that has no byte 1 in it for one record.

# shellcheck disable=SC2016  # for awk to expand
jobs_awk_tables='
function end_table() { if (is_open) printf "\n%s exit 0\n", mark; is_open = 0 }
BEGIN { RS = "\001" }
FNR == 1 {
    end_table()
    if (total > 1000000) { cut = 1; exit }
    printf "\n%s run jobs_table %s\n", mark, FILENAME
    is_open = 1
    left = 70000
}
left > 0 {
    text = substr($0, 1, left)
    printf "%s", text
    left -= length(text)
    total += length(text)
}
END { end_table(); exit cut }'

jobs_tables() ( # a subshell, for it changes its folder
    cd "$REMEDY_ROOT/" || return
    for jobs_file in etc/cron.d var/spool/cron var/spool/cron/crontabs var/spool/cron/tabs etc/crontabs; do
        [ ! -d "$jobs_file" ] || [ -r "$jobs_file" ] || value jobs_unread "/$jobs_file"
    done
    set --
    for jobs_file in etc/crontab etc/anacrontab etc/cron.d/* var/spool/cron/crontabs/* var/spool/cron/tabs/* \
        var/spool/cron/* etc/crontabs/* "${jobs_folder:-etc/crontabs}"/*; do
        [ -f "$jobs_file" ] || continue
        case $jobs_file in *"$jobs_newline"*) value jobs_unread "a file with a newline in its name" && continue ;; esac
        if ! [ -r "$jobs_file" ]; then
            value jobs_unread "/$jobs_file"
        elif [ $# -ge 400 ]; then
            value jobs_cut "crontabs"
            break
        else
            set -- "$@" "$jobs_file"
        fi
    done
    [ $# -gt 0 ] || return
    answer jobs_modes within 10 stat -L -c '%a %u %U %n' "$@"
    within 10 awk -v mark="$TOKEN" "$jobs_awk_tables" "$@" || value jobs_cut "crontabs"
)

jobs_parts() { # the programs in folders for run-parts
    for jobs_place in "$REMEDY_ROOT"/etc/cron.hourly "$REMEDY_ROOT"/etc/cron.daily "$REMEDY_ROOT"/etc/cron.weekly \
        "$REMEDY_ROOT"/etc/cron.monthly "$REMEDY_ROOT"/etc/cron.yearly "$REMEDY_ROOT"/etc/periodic/*; do
        [ -d "$jobs_place" ] || continue
        set --
        for jobs_file in "$jobs_place"/*; do
            case $jobs_file in *[[:space:]]*) continue ;; esac
            [ -f "$jobs_file" ] && [ -x "$jobs_file" ] && [ $# -lt 100 ] && set -- "$@" "${jobs_file##*/}"
        done
        value jobs_parts "${jobs_place#"$REMEDY_ROOT"} $*"
    done
}

jobs_stamps() { # of anacron
    jobs_count=0
    for jobs_file in "$REMEDY_ROOT"/var/spool/anacron/*; do
        [ -f "$jobs_file" ] && [ -r "$jobs_file" ] && [ "$jobs_count" -lt 100 ] || continue
        jobs_count=$((jobs_count + 1))
        read -r jobs_line <"$jobs_file" || continue
        value jobs_stamp "$jobs_line ${jobs_file##*/}"
    done
}

jobs_units() { # TZ: it tells moments in that zone
    [ -d "$REMEDY_ROOT/run/systemd/system" ] || return
    answer jobs_units within 10 env TZ=UTC systemctl show -p Id -p LoadState -p ActiveState -p UnitFileState \
        -p MainPID -p Unit -p Persistent -p LastTriggerUSec -p NextElapseUSecRealtime -p RandomizedDelayUSec \
        -p TimersCalendar cron.service crond.service cronie.service dcron.service '*.timer'
}

jobs_markers() { # what was caught up by us
    for jobs_place in "$REMEDY_ROOT"/var/lib/post-mainte/jobs/* "$REMEDY_ROOT"/run/post-mainte/jobs/*; do
        { read -r jobs_line <"$jobs_place/began"; } 2>/dev/null || continue
        jobs_count=''
        { read -r jobs_count <"$jobs_place/status"; } 2>/dev/null
        value jobs_marker "${jobs_place##*/} $jobs_line $jobs_count"
    done
}
