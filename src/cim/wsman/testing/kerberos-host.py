"""A host's side of Negotiate and of sealed bodies, by Debian's python3-gssapi: answers each envelope with <echo>…</echo>.

Arguments: a JSON document {"tls": {"key", "cert"}, "binding": base64, "answers": …, "forward": address of who answers instead}. Writes its port, then one JSON line for
each handshake that it finished: {"user", "mechanism", "bound"}. What stands in "answers" makes a bad host of it: "flipped",
"repeated", "signed", "plain", "unproven", "refused", "basic"; "trailer" and "deaf" make one that seals, or opens, another layout;
"unpadded" seals under RC4 keys without the byte of padding, as [MS-WSMV] 2.2.9.1.2.2.2 has it of Windows.
"""
import base64
import hashlib
import hmac
import http.server
import json
import re
import ssl
import struct
import sys
import urllib.error
import urllib.request

import gssapi
import gssapi.raw
from gssapi.raw import IOV, ChannelBindings, IOVBufferType

options = json.loads(sys.argv[1])
BINDING = options.get("binding")
ANSWERS = options.get("answers")
PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
CHANNEL_BOUND = 2048


SESSION_KEY = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")
WRAP_USAGE = struct.pack("<I", 13)


def md5(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.md5).digest()


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def unpadded(context, header, data):
    """The same token of RFC 4757 7.3 over the data without its padding: header, sequence, checksum, confounder."""
    key = gssapi.raw.inquire_sec_context_by_oid(context, SESSION_KEY)[0]
    zero = bytes(4)
    framing, fields, number, checksum = header[:-32], header[-32:-24], header[-24:-16], header[-16:-8]
    plain_number = rc4(md5(md5(key, zero), checksum), number)
    crypt = md5(md5(bytes(byte ^ 0xF0 for byte in key), zero), plain_number[:4])
    plain = rc4(crypt, header[-8:] + data)[:-1]
    digest = hashlib.md5(WRAP_USAGE + fields + plain).digest()
    checksum = md5(md5(key, b"signaturekey\0"), digest)[:8]
    sealed = rc4(crypt, plain)
    number = rc4(md5(md5(key, zero), checksum), plain_number)
    framing = shortened(framing)
    return framing + fields + number + checksum + sealed[:8], sealed[8:]


def shortened(framing):
    """The DER length of the whole token, one byte less; no length here needs fewer bytes for that."""
    size = framing[1] & 0x7F if framing[1] & 0x80 else 0
    at = slice(2, 2 + size) if size else slice(1, 2)
    length = int.from_bytes(framing[at], "big") - 1
    return framing[: at.start] + length.to_bytes(at.stop - at.start, "big") + framing[at.stop :]


def multipart(length, header, data):
    head = (
        f"--Encrypted Boundary\r\n\tContent-Type: {PROTOCOL}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}\r\n"
        "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    )
    return head.encode() + struct.pack("<i", len(header)) + header + data + b"--Encrypted Boundary--\r\n"


def split_multipart(body):
    head, rest = body.split(b"\tContent-Type: application/octet-stream\r\n", 1)
    said = re.fullmatch(
        b"--Encrypted Boundary\r\n\tContent-Type: ([^\r]+)\r\n\tOriginalContent: "
        b"type=application/soap\\+xml;charset=UTF-8;Length=(\\d+)\r\n--Encrypted Boundary\r\n",
        head,
    )
    if said is None or said[1].decode() != PROTOCOL:
        raise ValueError("another package")
    (header_length,) = struct.unpack("<i", rest[:4])
    sealed, end = rest[4 : -len(b"--Encrypted Boundary--\r\n")], rest[-len(b"--Encrypted Boundary--\r\n") :]
    if end != b"--Encrypted Boundary--\r\n" or len(sealed) != header_length + int(said[2]):
        raise ValueError("the lengths do not add up")
    return sealed


def forwarded(envelope):
    if "forward" not in options:
        return 200, b"<echo>" + envelope + b"</echo>"
    try:
        with urllib.request.urlopen(options["forward"], data=envelope) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Host(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    context = None
    last = None

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        offered = self.headers["Authorization"] or ""
        if offered.lower().startswith("negotiate ") and ANSWERS != "basic":
            if not self.handshake(base64.b64decode(offered[10:])):
                return
            if not body:
                return self.answer(200, **self.proof)
        if self.context is None or not self.context.complete:
            return self.answer(401, WWW_Authenticate='Basic realm="x"' if ANSWERS == "basic" else "Negotiate")
        try:
            self.envelope(body)
        except (gssapi.exceptions.GSSError, ValueError) as error:
            self.context = None
            self.answer(400, str(error).encode())

    def handshake(self, token):
        if self.context is None or self.context.complete:
            bindings = ChannelBindings(application_data=base64.b64decode(BINDING)) if BINDING else None
            self.context = gssapi.SecurityContext(
                creds=gssapi.Credentials(usage="accept"), usage="accept", channel_bindings=bindings
            )
        try:
            if ANSWERS == "refused":
                raise ValueError
            token = self.context.step(token)
            is_complete = self.context.complete  # raises what the step put off
        except (gssapi.exceptions.GSSError, ValueError):
            self.context = None
            self.answer(401, WWW_Authenticate="Negotiate")
            return False
        said = f"Negotiate {base64.b64encode(token or b'').decode()}"
        self.proof = {} if ANSWERS == "unproven" else {"WWW_Authenticate": said}
        if not is_complete:
            self.answer(401, **self.proof)
            return False
        flags = gssapi.raw.inquire_context(self.context).flags
        facts = {
            "user": str(self.context.initiator_name),
            "mechanism": self.context.mech.dotted_form,
            "bound": bool(int(flags) & CHANNEL_BOUND),
        }
        print(json.dumps(facts), flush=True)
        return True

    def envelope(self, body):
        is_sealed = (self.headers["Content-Type"] or "").startswith("multipart/encrypted")
        if not is_sealed and "tls" not in options:
            return self.answer(500, b"unencrypted traffic is not allowed")
        if ANSWERS == "deaf":
            raise ValueError("another layout")
        plain = self.context.unwrap(split_multipart(body)) if is_sealed else None
        if plain is not None and not plain.encrypted:
            raise ValueError("not sealed")
        status, said = forwarded(body if plain is None else plain.message)
        if plain is None or ANSWERS == "plain":
            return self.answer(status, said, Content_Type="application/soap+xml;charset=UTF-8")
        last = IOVBufferType.trailer if ANSWERS == "trailer" else IOVBufferType.padding
        iov = IOV(IOVBufferType.header, said, last, std_layout=False)
        gssapi.raw.wrap_iov(self.context, iov, confidential=ANSWERS != "signed")
        header, data = iov[0].value, iov[1].value + (iov[2].value or b"")
        if ANSWERS == "unpadded":
            header, data = unpadded(self.context, header, data)
            if len(data) != len(said):
                raise ValueError("padded all the same")
        if ANSWERS == "flipped":
            data = data[:-1] + bytes([data[-1] ^ 1])
        if ANSWERS == "repeated":
            header, data = Host.last = Host.last or (header, data)
        kind = f'multipart/encrypted;protocol="{PROTOCOL}";boundary="Encrypted Boundary"'
        self.answer(status, multipart(len(data), header, data), Content_Type=kind)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(*_)


server = Server(("127.0.0.1", 0), Host)
if "tls" in options:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["tls"]["cert"], options["tls"]["key"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
