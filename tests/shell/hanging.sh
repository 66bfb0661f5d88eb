# shellcheck shell=sh
# A command that would not end.

hanging() {
    within 1 sleep 600 || value gave_up "$?"
    within 5 true && value went_on
}
