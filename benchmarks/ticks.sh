# shellcheck shell=sh
# Only the clock's readings, from the source that TICKER names.

ticks_only() {
    mark run ticks "$TICKER"
    "clock_tick_$TICKER"
    mark exit "$?"
}
