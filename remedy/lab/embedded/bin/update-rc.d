#!/bin/sh
# update-rc.d(8) of Debian. "defaults" leaves a service that was disabled as it is.

# shellcheck source=/dev/null
. "${0%/bin/*}/lab/standin.sh"

while [ "${1#-}" != "${1-}" ]; do
    shift
done
if ! find_service "${1-}"; then
    echo "update-rc.d: error: unable to read /etc/init.d/${1-}" >&2
    exit 1
fi
get "services/$SERVICE/boot"
link=${VALUE##*/}
links() { # S|K   only that kind, in all runlevels
    for level in 2 3 4 5; do
        rm -f "$ROOT/etc/rc$level.d/S01$SERVICE" "$ROOT/etc/rc$level.d/K01$SERVICE" "$ROOT/etc/rc$level.d/$link"
        [ "$1" = S ] && new=$link || new=K01$SERVICE
        ln -s "../init.d/$SERVICE" "$ROOT/etc/rc$level.d/$new"
    done
}

changes "$@"
case ${2-} in
    enable)
        if [ ! -e "$ROOT/etc/rc2.d/$link" ] && [ ! -e "$ROOT/etc/rc2.d/K01$SERVICE" ]; then
            echo 'update-rc.d: error: no runlevel symlinks to modify, aborting!' >&2
            exit 1
        fi
        links S
        ;;
    disable) links K ;;
    defaults) [ -e "$ROOT/etc/rc2.d/K01$SERVICE" ] || links S ;;
    remove) rm -f "$ROOT"/etc/rc?.d/[SK]??"$SERVICE" ;;
    *)
        echo 'update-rc.d: error: usage' >&2
        exit 1
        ;;
esac
