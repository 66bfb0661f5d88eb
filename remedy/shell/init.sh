# shellcheck shell=sh
# What starts a host's services: systemd, openrc, sysv or none; by what it left behind, never by a distribution's name.

find_init() {
    if [ -d "$REMEDY_ROOT/run/systemd/system" ]; then
        echo systemd
    elif have rc-service && { [ -d "$REMEDY_ROOT/run/openrc" ] || [ -e "$REMEDY_ROOT/sbin/openrc-run" ]; }; then
        echo openrc
    elif [ -d "$REMEDY_ROOT/etc/init.d" ]; then
        echo sysv
    else
        echo none
    fi
}
