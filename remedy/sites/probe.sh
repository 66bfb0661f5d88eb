# shellcheck shell=sh
# The sites that the host itself asks, by curl, GNU wget or busybox wget. Like the controller they use no proxy and keep
# no cookies, and follow ten redirects at most.
#
# Values: SITES_SECONDS, and SITES, which sets for each site, one after the other:
#   sites_url, sites_families ("4 6", or "any"), sites_text (to be found in the answer, or nothing)
#   sites_follows (yes: redirects are followed), sites_sends (yes: the answer is sent, for what else to look for in it)
#   sites_resolve (NAME:PORT:ADDRESS for curl), sites_at and sites_host (for wget: the URL with that address; its name)
# and then calls sites_site NUMBER.

sites_limit=1048576 # bytes of an answer that are looked at
sites_sent=60000    # bytes of it that are sent

sites_probe() {
    [ -n "$SITES" ] || return 0
    sites_tool=$(sites_find_tool)
    value sites/tool "$sites_tool"
    [ "$sites_tool" != none ] || return 0
    sites_url='' sites_families='' sites_text='' sites_follows='' sites_sends='' sites_resolve='' sites_at='' sites_host=''
    find_timeout # here, since all that is asked is asked in subshells
    eval "$SITES"
}

sites_find_tool() {
    if have curl; then
        echo curl
    elif ! have wget; then
        echo none
    else
        case $(within 5 wget --version 2>/dev/null) in
            'GNU Wget'*) echo wget ;;
            *) echo busybox ;;
        esac
    fi
}

sites_site() { # NUMBER
    [ "$sites_tool" != busybox ] || sites_families=any
    case $sites_tool:$sites_resolve:$sites_url in
        curl:* | *::*) ;;
        *:https://*) return ;; # wget can't ask one address for another name by TLS
    esac
    for sites_family in $sites_families; do
        sites_name=site/$1/$sites_family/verified
        sites_ask ''
        case $sites_tool:$sites_status in
            curl:51 | curl:60 | wget:5)
                sites_name=site/$1/$sites_family/unverified
                sites_ask yes
                ;;
        esac
    done
}

# --- One question. What the program says of it is the answer's output; what the site says is looked at and dropped.

sites_ask() { # TRUSTS (yes: any certificate)
    mark run "$sites_name"
    {
        sites_status=$({
            {
                "sites_$sites_tool" "$1" 2>&3 3>&- 4>&-
                echo "$?" >&4
            } | sites_content >&3
        } 4>&1)
    } 3>&1 </dev/null
    value "$sites_name/status" "$sites_status"
}

sites_content() {
    sites_body=$(tr -d '\000' | head -c "$sites_limit")
    mark exit 0
    case $sites_body in *"$sites_text"*) value "$sites_name/text" found ;; esac
    [ "${#sites_body}" -lt "$((sites_limit - 4096))" ] || value "$sites_name/truncated" yes
    [ -n "$sites_sends" ] || return 0
    [ "${#sites_body}" -le "$sites_sent" ] || value "$sites_name/cut" yes
    answer "$sites_name/body" printf "%.${sites_sent}s" "$sites_body"
}

sites_curl() { # TRUSTS
    set -- ${1:+-k} # -q goes first: it keeps ~/.curlrc out
    [ "$sites_family" = any ] || set -- "$@" "-$sites_family"
    [ -z "$sites_follows" ] || set -- "$@" -L --max-redirs 10
    [ -z "$sites_resolve" ] || set -- "$@" --resolve "$sites_resolve"
    within "$((SITES_SECONDS + 2))" curl -q -sS -v -g -m "$SITES_SECONDS" -A post-mainte --noproxy '*' \
        --proto-redir =http,https "$@" "$sites_url"
}

sites_wget() { # TRUSTS
    set -- ${1:+--no-check-certificate}
    [ "$sites_family" = any ] || set -- "$@" "-$sites_family"
    [ -n "$sites_follows" ] || set -- "$@" --max-redirect=0
    [ -z "$sites_at" ] || set -- "$@" --header "Host: $sites_host"
    # Without a home it leaves no ~/.wget-hsts behind, and reads no ~/.wgetrc.
    within "$((SITES_SECONDS + 2))" env HOME=/nonexistent wget -nv -S -O - -t 1 -T "$SITES_SECONDS" -U post-mainte \
        --no-proxy --content-on-error --max-redirect=10 "$@" "${sites_at:-$sites_url}"
}

sites_busybox() {
    set --
    [ -z "$sites_at" ] || set -- --header "Host: $sites_host"
    within "$SITES_SECONDS" wget -S -O - -U post-mainte -Y off "$@" "${sites_at:-$sites_url}"
}
