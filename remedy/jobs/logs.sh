# shellcheck shell=sh
# What a host's logs show of the last day: which jobs ran, when the clock was stepped, when the host was down. Of each
# line that cron writes, only the moments of the last times are told.

# shellcheck disable=SC2016  # for awk to expand
jobs_awk_runs='
function value(name, text) { printf "\n%s value %s %s\n", mark, name, text }
function seen(text, stamp) {
    if (text !~ /^\([^)]*\) (CMD|STARTUP) |^(USER|user) .* pid +[0-9]+ cmd |^FILE .* PID +[0-9]+ /) return
    sub(/ pid +[0-9]+ cmd /, " pid cmd ", text)
    sub(/ PID +[0-9]+ /, " PID ", text)
    sub(/ CMD \(\[[0-9]+\] /, " CMD (", text)
    text = substr(text, 1, 1000)
    if (!(text in count)) {
        if (texts >= 500) { cut = 1; return }
        order[++texts] = text
    }
    times[text, count[text]++ % 48] = stamp
}
function tell(source, first,    i, j, list) {
    value("jobs_log", source " " first)
    for (i = 1; i <= texts; i++) {
        list = ""
        j = count[order[i]] > 48 ? count[order[i]] - 48 : 0
        for (; j < count[order[i]]; j++) list = list "," times[order[i], j % 48]
        value("jobs_ran", substr(list, 2) " " order[i])
    }
    if (cut) value("jobs_cut", "log")
}'

# A journal in the export format (systemd.io/JOURNAL_EXPORT_FORMATS). Within one boot the clock less the uptime stays
# as it is, but for steps.
# shellcheck disable=SC2016  # for awk to expand
jobs_awk_journal='
function entry() {
    if (real == "") return
    entries++
    clock = substr(real, 1, length(real) - 6) + 0
    up = length(mono) > 6 ? substr(mono, 1, length(mono) - 6) + 0 : 0
    if (entries == 1) first = clock
    else if (boot != last_boot) value("jobs_boot", last_clock " " clock)
    else {
        step = clock - up - last_clock + last_up
        if (step > 30 || step < -30) value("jobs_step", step " " clock " " up - last_up)
    }
    last_clock = clock; last_up = up; last_boot = boot
    if (uid == "0" && name ~ /^(cron|CRON|crond|CROND)$/) seen(message, clock)
    real = mono = uid = name = message = ""
}
/^__REALTIME_TIMESTAMP=[0-9]+$/ { real = substr($0, 22) }
/^__MONOTONIC_TIMESTAMP=[0-9]+$/ { mono = substr($0, 23) }
/^_BOOT_ID=/ { boot = $0 }
/^_UID=/ { uid = substr($0, 6) }
/^SYSLOG_IDENTIFIER=/ { name = substr($0, 19) }
/^MESSAGE=/ { message = substr($0, 9) }
/^$/ { entry() }
/^=[0-9]+$/ { cut = cut || $0 != "=0" }
END {
    entry()
    if (!entries) exit 1
    cut = cut || entries >= most
    tell("journal", first)
}'

# Lines of cron, unless `steps_only`, and what time daemons say of a step.
# shellcheck disable=SC2016  # for awk to expand
jobs_awk_file='
match($0, /(cron|CRON|crond|CROND|ntpd|ntpdate|chronyd)\[[0-9]+\]: /) {
    head = substr($0, 1, RSTART - 1)
    if (head ~ /: /) next
    is_cron = substr($0, RSTART) ~ /^[cC][rR]/
    text = substr($0, RSTART + RLENGTH)
    if (head ~ /^[0-9][0-9][0-9][0-9]-/) sub(/ .*/, "", head)
    else { head = substr(head, 1, 15); gsub(/ /, "_", head) }
    if (!is_cron && text ~ /time (re)?set [-+]|clock_step [-+]|step time server|clock was stepped by/) {
        stepped[steps++ % 20] = head " " substr(text, 1, 200)
    } else if (is_cron && !steps_only) {
        seen(text, head)
        if (!lines++) first = head
    }
}
END {
    for (i = steps > 20 ? steps - 20 : 0; i < steps; i++) value("jobs_stepped", stepped[i % 20])
    if (!lines) exit 1
    tell(source, first)
}'

jobs_logs() { # SINCE   in Unix seconds by the host's clock
    jobs_since=$1
    jobs_journals || jobs_log_files || value jobs_log none
    ! have last || answer jobs_last within 5 env TZ=UTC last -x -F -n 40 reboot shutdown
}

jobs_journals() {
    have journalctl || return
    jobs_journal 20000 --output-fields=MESSAGE,_UID,SYSLOG_IDENTIFIER || jobs_journal 4000 -q
}

# What cron writes, and what systemd does at a start, an end and a step: SD_MESSAGE_UNIT_STARTED, _UNIT_STOPPED and
# _TIME_CHANGE. Before systemd 236 there is no --output-fields. Not by _COMM: a job's process that has become the job's
# shell by the time journald looks at it has the shell's.
jobs_journal() { # MOST OPTION
    {
        within 15 journalctl -q --no-pager -o export -n "$1" "$2" --since "@$jobs_since" \
            _UID=0 SYSLOG_IDENTIFIER=cron SYSLOG_IDENTIFIER=CRON SYSLOG_IDENTIFIER=crond SYSLOG_IDENTIFIER=CROND + \
            _PID=1 MESSAGE_ID=39f53479d3a045ac8e11786248231fbf MESSAGE_ID=9d1aaa27d60140bd96365438aad20286 \
            MESSAGE_ID=c7a787079b354eaaa9e77b371893cd27 2>/dev/null
        printf '\n=%s\n' "$?"
    } | awk -v mark="$TOKEN" -v most="$1" "$jobs_awk_runs $jobs_awk_journal"
}

# Jobs are told from the first file that cron writes to, steps from all: on Red Hat, cron has a file of its own.
jobs_log_files() {
    jobs_source=
    for jobs_file in "$REMEDY_ROOT"/var/log/cron "$REMEDY_ROOT"/var/log/cron.log "$REMEDY_ROOT"/var/log/syslog \
        "$REMEDY_ROOT"/var/log/messages; do
        [ -f "$jobs_file" ] && [ -r "$jobs_file" ] || continue
        ! jobs_log_file "$jobs_file" "$jobs_source" || jobs_source=$jobs_file
    done
    [ -n "$jobs_source" ]
}

jobs_log_file() { # FILE STEPS_ONLY   and what it was before it was rotated; whether jobs were told from it
    jobs_older=
    for jobs_rotated in "$1".1 "$1".0 "$1"-[0-9]*[0-9]; do
        [ ! -f "$jobs_rotated" ] || jobs_older=$jobs_rotated
    done
    {
        [ -z "$jobs_older" ] || within 10 tail -c 2000000 "$jobs_older"
        within 10 tail -c 2000000 "$1"
    } 2>/dev/null |
        awk -v mark="$TOKEN" -v source="${1#"$REMEDY_ROOT"}" -v steps_only="$2" "$jobs_awk_runs $jobs_awk_file"
}
