"""Is what people read Vietnamese?

A word is Vietnamese when it has the sounds of a Vietnamese syllable: onset, rime, and a tone the rime can carry
(syllables that end in c, ch, p or t are always acute or dot-below, which sets "một" apart from "not"). What is not
must be a name, a sign or a code we know. A few English words that happen to sound right are listed by hand.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

_RIMES = """
a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in
inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong ooc oong op ot
u ua uan uang uat uay uac uanh uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu
uy uya uych uyen uyet uynh uyt uyu y yem yen yet yeu
"""
_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_FRONT = ("e", "i", "y")
_STOPS = re.compile(r"(?:c|ch|p|t)$")
_ACUTE, _DOT = "\u0301", "\u0323"
_TONES = {"\u0300", "\u0309", "\u0303", _ACUTE, _DOT}


def _spelt(onset: str, rime: str) -> bool:
    """Return whether Vietnamese writes the two together: k, gh, ngh stand before e and i only, c, g, ng elsewhere."""
    front = rime.startswith(_FRONT)
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "g", "ng"):
        return not front
    if rime.startswith("y"):
        return onset in ("h", "k", "l", "m", "s", "t", "v", "qu", "")
    return True


def _syllables() -> frozenset[str]:
    rimes, onsets = _RIMES.split(), _ONSETS.split()
    found = {*rimes, *(onset + rime for onset in onsets for rime in rimes if _spelt(onset, rime))}
    return frozenset(found | {"gi"} | {f"gi{rime[1:]}" for rime in rimes if rime.startswith("i")})


SYLLABLES = _syllables()
# English words with the sounds of a Vietnamese syllable; without tone marks no Vietnamese sentence of ours needs them.
_ENGLISH = """
be day den due go guy he hi main me men no on pay pie run she sue sum sun ten the them then they thin to true we you
"""
ENGLISH = frozenset(_ENGLISH.split())
# Names of things, signs and units that stand in Vietnamese text as they are.
_NAMES = """
LGSP NDXP NGSP SKHCN UBND HĐND QC QCVN TCVN NĐ CP TT BKHCN BTTTT BCA QĐ TTg QH VNeID CNTT ATTT CSDL TTHC KTXH VNPT VT
TOTP QR API JSON XML XLSX CSV IP HTTP HTTPS http https URL PDF DOCX OpenID OAuth OpenAPI UUID UTF ISO RFC MIME SSO SHA
HMAC TLS UTC GMT ID PNG JPEG GIF SVG BMP TIFF ICO SMTP LDAP SIM SMS PIN Ctrl Enter Esc Tab
Accept Allow Authorization Content-Type Retry-After ETag If-Match Idempotency-Key X-Request-Id
gzip DTD XInclude Infinity NaN
GET HEAD POST PUT PATCH DELETE Host Content-Digest Content-Encoding X-LGSP-Grant X-LGSP-Purpose nonce byte mili
X-LGSP-Procedure X-LGSP-Officer MaDVC MaDonVi MaCanBo
grant_type client_credentials client_assertion client_id client_secret scope resource
Valkey PostgreSQL Redis Python Django Excel Word STT Unicode YAML Schema operationId securitySchemes
SOAP WSDL REST SOAPAction soapAction Envelope Header Body mustUnderstand WS-Security DTD document/literal portType
elementFormDefault qualified request-id procedure limit MaXa SoDong CongDan/SoDinhDanh MaYeuCau MaDVC TraCuuXa
TraCuuXaResponse/KetQua ket_qua.xa
MB KB GB km ha kg mm cm px ms
 RSA ECDSA bit XSD DOCTYPE minOccurs maxOccurs unbounded
 CR LF ASCII hex RateLimit Bearer lgsp QK sk
 Atom BT HT
 curl openssl JavaScript Node.js Java PHP
"""
NAMES = frozenset(_NAMES.split())
_ADDRESSES = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # letters
    r"|\b[a-z][a-z0-9+.-]*://\S+"  # addresses
    r"|(?<![\w/])\.{0,2}/[\w./{}<>:-]+"  # paths
    r"|\b[\w-]+(?:/[\w-]+)*\.(?:vn|example|json|yaml|yml|xlsx|csv|md|py|gov|com|org|net)\b(?:\.\w+)*"
    r"|\b(?:application|text|image)/[\w.+-]+"  # media types
    r"|(?<=ví dụ )[a-z][a-z0-9_-]+"  # codes given as examples
    r"|%\(\w+\)[a-z]|%[sdr]|\{[\w:.!]*\}|&\w+;|\\u[0-9a-f]{4}"  # places for values
)
_WORD = re.compile(r"[^\W_]+(?:[.:/_-]?[^\W_]+)*|_")
_PIECE = re.compile(r"[^\W\d_]+|\d+")


@cache
def is_vietnamese(word: str) -> bool:
    """Return whether *word*, letters only, could be a Vietnamese syllable as we spell it."""
    parts = unicodedata.normalize("NFD", word.lower())
    marks = {mark for mark in parts if unicodedata.combining(mark)}
    bare = "".join(char for char in parts if not unicodedata.combining(char)).replace("đ", "d")
    if bare not in SYLLABLES:
        return False
    if _STOPS.search(bare):
        return bool(marks & {_ACUTE, _DOT})
    return bool(marks) or "đ" in parts or bare not in ENGLISH


def strangers(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Return the words of *text* that are neither Vietnamese nor known names, signs or codes, in order.

    A word that carries a digit is a code; a sign of capital letters is known or it is a stranger.
    """
    return list(_strangers(text, frozenset(allowed)))


@cache
def _strangers(text: str, allowed: frozenset[str]) -> tuple[str, ...]:
    """Judge a text once: pages say most of what they say on every one of them."""
    known = NAMES | allowed
    found: list[str] = []
    for match in _WORD.finditer(_ADDRESSES.sub(" ", unicodedata.normalize("NFC", text))):
        whole = match.group()
        if whole in known or any(char.isdigit() for char in whole):
            continue
        found += [
            piece
            for piece in _PIECE.findall(whole)
            if piece not in known and not is_vietnamese(piece) and not _single(piece)
        ]
    return tuple(found)


def _single(piece: str) -> bool:
    """Return whether *piece* is a lone letter, as in điểm a, h (giờ), VIII."""
    return len(piece) == 1 or bool(re.fullmatch(r"[IVX]+", piece))


def leaks(place: str, texts: Iterable[tuple[int, str]], allowed: Iterable[str] = ()) -> Iterator[str]:
    """Give a finding for every (line, text) with strangers in it."""
    for line, text in texts:
        if words := strangers(text, allowed):
            shown = " ".join(text.split())
            yield f"{place}:{line}: not Vietnamese: {', '.join(dict.fromkeys(words))} (in «{shown[:120]}»)"
