"""What a host might say to deceive or harm whoever reads it."""

MARKUP = "<script>document.title='run'</script><img src=http://192.0.2.1/x onerror=\"document.title='run'\">"
EVIL = f"</pre></details></style>{MARKUP}'\"&amp;&#x3c;{{{{ 7*7 }}}}\x1b[31m\x00\r\u202egnp.exe\u202c\u2066\ufffe\ud800"
