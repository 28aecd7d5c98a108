"""One signed call as commands for a POSIX shell with ``curl`` and ``openssl``; the secret stays a placeholder."""

from shlex import quote

_TEXT = """\
# Khóa bí mật chỉ đặt trong biến môi trường của máy gọi: export LGSP_SECRET='…'
METHOD={method} BASE={base} AUTHORITY={authority} TARGET={target} QUERY={query}
KEY={key} GRANT={grant} PURPOSE={purpose} BODY={body}
DIGEST="sha-256=:$(printf '%s' "$BODY" | openssl dgst -sha256 -binary | openssl base64 -A):"
PARAMS='("@method" "@authority" "@path" "@query" "content-digest" "x-lgsp-grant" "x-lgsp-purpose")'
PARAMS="$PARAMS;created=$(date +%s);nonce=\\"$(openssl rand -hex 16)\\""
PARAMS="$PARAMS;keyid=\\"$KEY\\";alg=\\"hmac-sha256\\";tag=\\"lgsp-1\\""
TEXT="\\"@method\\": $METHOD
\\"@authority\\": $AUTHORITY
\\"@path\\": ${{TARGET%%\\?*}}
\\"@query\\": $QUERY
\\"content-digest\\": $DIGEST
\\"x-lgsp-grant\\": $GRANT
\\"x-lgsp-purpose\\": $PURPOSE
\\"@signature-params\\": $PARAMS"
SIGNATURE=$(printf '%s' "$TEXT" | openssl dgst -sha256 -hmac "$LGSP_SECRET" -binary | openssl base64 -A)
curl -sS -i -g --path-as-is -X "$METHOD" "$BASE$TARGET" \\
  -H "Content-Digest: $DIGEST" -H "X-LGSP-Grant: $GRANT" -H "X-LGSP-Purpose: $PURPOSE" \\
  -H "Signature-Input: lgsp=$PARAMS" -H "Signature: lgsp=:$SIGNATURE:"{more}
"""


def curl_of(*, base: str, method: str, target: str, body: str, access_key: str, grant: str, purpose: str) -> str:
    """Return the commands; *base* is scheme and authority, *target* path and query as they are sent."""
    query = f"?{target.partition('?')[2]}"
    more = ' \\\n  -H "Content-Type: application/json" --data-binary "$BODY"' if body else ""
    given = {"method": method, "base": base, "authority": base.partition("://")[2], "target": target, "query": query}
    given |= {"key": access_key, "grant": grant, "purpose": purpose, "body": body}
    return _TEXT.format(more=more, **{name: quote(value) for name, value in given.items()})
