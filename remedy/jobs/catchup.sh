# shellcheck shell=sh
# Makes good what a gap in the host's time cost: runs each job that was lost, one after the other in the background, so
# that neither the end of the connection nor our own ends them. A folder for each run is the mark that it was made; it
# is made before the run, so that no job runs twice, whatever happens.
#
# Values: JOBS_LOST: calls of jobs_lost, a line each, quoted for eval by us; JOBS_NOT_BEFORE: the Unix time that the
# clock must have reached; JOBS_FOLLOWED: the seconds for which the jobs are followed.

jobs_catch_up() {
    trap '' HUP PIPE
    if [ "$(date +%s)" -lt "$JOBS_NOT_BEFORE" ]; then
        act_say catch_up "wait" 75 "the clock is not right yet: nothing was run"
    elif ! jobs_place; then
        act_say catch_up "mark" 73 "there is no place to note what was run: nothing was run"
    else
        jobs_running=$(jobs_processes)
        jobs_queue=''
        eval "$JOBS_LOST"
        (
            trap - PIPE TERM INT QUIT
            for jobs_mark in $jobs_queue; do
                jobs_run "$jobs_mark"
            done
        ) </dev/null >/dev/null 2>&1 9<&- &
        for jobs_mark in $jobs_queue; do
            jobs_follow "$jobs_mark"
        done
    fi
}

jobs_lost() { # MARK COMMAND PROGRAM LINE   queues a run, unless it was made or the job runs now
    if [ -d "$jobs_folder/$1" ]; then
        act_say catch_up "$4" 0 "it was caught up with before: left alone"
    elif jobs_runs "$2" || jobs_runs "$3"; then
        act_say catch_up "$4" 0 "it runs now: left alone"
    elif (umask 077 && mkdir "$jobs_folder/$1") && date +%s >"$jobs_folder/$1/began" &&
        printf '%s\n' "$4" >"$jobs_folder/$1/line"; then
        jobs_queue="$jobs_queue $1"
    else
        act_say catch_up "$4" 73 "it can't be noted that it was run: left alone"
    fi
}

jobs_run() { # MARK
    jobs_mark=$jobs_folder/$1
    jobs_output=/dev/null
    if mkfifo "$jobs_mark/pipe"; then
        jobs_output=$jobs_mark/pipe
        tail -c 8192 <"$jobs_mark/pipe" >"$jobs_mark/output" &
        jobs_tail=$!
    fi
    IFS= read -r jobs_line <"$jobs_mark/line"
    (
        trap - HUP
        eval "$jobs_line"
    ) </dev/null >"$jobs_output" 2>&1
    jobs_status=$?
    rm -f "$jobs_mark/pipe"
    ! kill -0 "$jobs_tail" || sleep 1 # a daemon that the job left behind may hold its output open for good
    echo "$jobs_status" >"$jobs_mark/status.new"
    mv "$jobs_mark/status.new" "$jobs_mark/status"
}

jobs_follow() { # MARK
    IFS= read -r jobs_line <"$jobs_folder/$1/line"
    mark run catch_up "$jobs_line"
    while [ ! -e "$jobs_folder/$1/status" ] && [ "$JOBS_FOLLOWED" -gt 0 ]; do
        JOBS_FOLLOWED=$((JOBS_FOLLOWED - 1))
        sleep 1
    done
    jobs_status=0
    if [ -e "$jobs_folder/$1/status" ]; then
        read -r jobs_status <"$jobs_folder/$1/status"
        cat "$jobs_folder/$1/output" 2>/dev/null
    else
        echo "it goes on without us; what it prints last will be in $jobs_folder/$1/output"
    fi
    mark exit "$jobs_status"
}

jobs_place() { # sets jobs_folder; what is older than a month goes
    for jobs_folder in /var/lib /run; do
        jobs_folder=$REMEDY_ROOT$jobs_folder/post-mainte/jobs
        (umask 077 && mkdir -p "$jobs_folder") 2>/dev/null && [ -w "$jobs_folder" ] || continue
        find "$jobs_folder" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} + 2>/dev/null
        return 0
    done
    return 1
}

jobs_processes() { # the words of every process, a line each
    for jobs_process in "$REMEDY_ROOT"/proc/[0-9]*/cmdline; do
        tr '\0\n' '  ' <"$jobs_process"
        echo
    done 2>/dev/null
}

jobs_runs() { # WORDS   whether a process was called so
    case " $jobs_running" in
        *[[:space:]]"$1"*) return 0 ;;
    esac
    return 1
}
