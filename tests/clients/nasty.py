"""Values that would break out of a literal that is written carelessly."""

BODIES = {
    "plain": '{"tên": "Tân Lưu"}',
    "quotes": """{"a": "it's \\"so\\" \\\\ '''x''' \"""y\"""}""",
    "shell": "$(touch broken) `touch broken` ${HOME} $HOME \\$x !! ~ * ; touch broken # '; touch broken; '",
    "at": "@goi.sh",
    "dash": "--output broken",
    "lines": "one\ntwo\r\nthree\ttabs\n\n",
    "unicode escapes": "\\u0022 + System.exit(3) + \\u0022 \\x41 \\101 \\n %s %n {0} {x} #{x} ${x}",
    "line ends of others": "a\u0085b\u2028c\u2029d\u200be\U0001f600",
    "template": "«grant» «secret» [body] ?> <?php echo 1 ?> */ // -->",
    "xml": "<?xml version='1.0'?><a b=\"ệ\">&amp;]]></a>",
}
PATHS = {
    "plain": "/communes/00001",
    "query": "/communes?limit=2&q=T%C3%A2n",
    "vietnamese": "/communes/Tân Lưu?q=Ủy ban",
    "quotes": "/communes/it's-\"x\"?q='$(touch broken)'`touch broken`",
    "brackets": "/communes?f[a]={x}|^\\<>!*()~;",
    "tidied by some": "/communes/%7e%c3%a2%41?q=%27%5b100%",
}
# All of it at once; octets that are encoded already stand beside what has to be.
BODY = "".join(BODIES.values())
PATH = "/raw/" + "?".join(
    "&".join(part[1:].replace("?", "&") for part in PATHS.values()).replace("/", "+").split("&", 1)
)
