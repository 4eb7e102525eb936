#!/usr/bin/python3
"""Reads a Stillpoint vault without Stillpoint: lists, shows, restores and checks what a folder holds.

Written from docs/vault-format.md alone; "§" below is a section of that page. It never writes into a vault.
Needs Python 3.11 and Debian's python3-cryptography, python3-argon2 and python3-zstandard.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import io
import json
import os
import re
import struct
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

import zstandard
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KIB = 1024
LARGEST_FRAME = 512 * KIB  # §1


class Refused(Exception):
    """Nothing is known to be broken, but it cannot be done. Exit code 1."""


class Uncounted(Refused):
    """Put by a host after its key had been taken away (§11.4)."""


class Damaged(Exception):
    """Bytes are missing, or not what they must be. Exit code 4."""


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Damaged(otherwise)


def warn(message: str) -> None:
    print(f"warning: {message}", file=sys.stderr)


# ---------------------------------------------------------------------------------------------------------------------
# Arithmetic that the packages lack
# ---------------------------------------------------------------------------------------------------------------------


def make_crc32c_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


CRC32C_TABLE = make_crc32c_table()


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ CRC32C_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


# BLAKE3 hashes pieces of 1 KiB that do not depend on each other, and then pairs of results. One long integer holds the
# same 32-bit word of all pieces side by side, each in a lane of 64 bits whose upper half is zero. An addition or a
# rotation spills into the upper halves only, which `lanes` then clears. That is about forty times as fast as
# piece after piece.

BLAKE3_IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A)
BLAKE3_PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
BLAKE3_QUARTERS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED_HASH = 1, 2, 4, 8, 16


def to_lanes(words: tuple[int, ...]) -> int:
    return int.from_bytes(struct.pack(f"<{len(words)}Q", *words), "little")


def from_lanes(lane: int, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}Q", lane.to_bytes(8 * count, "little"))


def blake3_compress(
    chaining: list[int], block: list[int], counter: int, block_bytes: int, flags: int, count: int
) -> list[int]:
    """The first 8 words of BLAKE3's compression function; every word holds `count` lanes."""
    ones = to_lanes((1,) * count)
    lanes = ones * 0xFFFFFFFF
    v = chaining + [ones * word for word in BLAKE3_IV] + [counter, 0, ones * block_bytes, ones * flags]
    m = block
    for _ in range(7):
        for at, (a, b, c, d) in enumerate(BLAKE3_QUARTERS):
            va, vb, vc, vd = v[a], v[b], v[c], v[d]
            va = (va + vb + m[2 * at]) & lanes
            vd ^= va
            vd = (vd >> 16 | vd << 16) & lanes
            vc = (vc + vd) & lanes
            vb ^= vc
            vb = (vb >> 12 | vb << 20) & lanes
            va = (va + vb + m[2 * at + 1]) & lanes
            vd ^= va
            vd = (vd >> 8 | vd << 24) & lanes
            vc = (vc + vd) & lanes
            vb ^= vc
            vb = (vb >> 7 | vb << 25) & lanes
            v[a], v[b], v[c], v[d] = va, vb, vc, vd
        m = [m[at] for at in BLAKE3_PERMUTATION]
    return [v[at] ^ v[at + 8] for at in range(8)]


def blake3_pieces(key: tuple[int, ...], data: bytes, first: int, count: int, last_flags: int) -> list[tuple[int, ...]]:
    """Hashes `count` pieces of equal length (1 KiB, unless there is one) that follow each other; gives 8 words each."""
    piece_bytes = len(data) // count
    blocks = max(1, -(-piece_bytes // 64))
    padded = data if piece_bytes % 64 == 0 and piece_bytes > 0 else data.ljust(blocks * 64, b"\0")
    words = struct.unpack(f"<{len(padded) // 4}I", padded)
    chaining = [to_lanes((word,) * count) for word in key]
    counter = to_lanes(tuple(range(first, first + count)))
    for at in range(blocks):
        block = [to_lanes(words[16 * at + word :: 16 * blocks]) for word in range(16)]
        flags = KEYED_HASH | (CHUNK_START if at == 0 else 0) | (last_flags if at == blocks - 1 else 0)
        block_bytes = min(64, piece_bytes - 64 * at)
        chaining = blake3_compress(chaining, block, counter, block_bytes, flags, count)
    return list(zip(*(from_lanes(word, count) for word in chaining)))


def blake3_keyed(key: bytes, data: bytes) -> bytes:
    key_words = struct.unpack("<8I", key)
    whole = len(data) // KIB
    if len(data) <= KIB:
        (root,) = blake3_pieces(key_words, data, 0, 1, CHUNK_END | ROOT)
        return struct.pack("<8I", *root)
    level = blake3_pieces(key_words, data[: whole * KIB], 0, whole, CHUNK_END)
    if len(data) > whole * KIB:
        level += blake3_pieces(key_words, data[whole * KIB :], whole, 1, CHUNK_END)
    while len(level) > 1:
        pairs = len(level) // 2
        flags = KEYED_HASH | PARENT | (ROOT if len(level) == 2 else 0)
        left = [to_lanes(words) for words in zip(*level[0 : 2 * pairs : 2])]
        right = [to_lanes(words) for words in zip(*level[1 : 2 * pairs : 2])]
        chaining = [to_lanes((word,) * pairs) for word in key_words]
        joined = blake3_compress(chaining, left + right, 0, 64, flags, pairs)
        odd = level[2 * pairs :]
        level = list(zip(*(from_lanes(word, pairs) for word in joined))) + odd
    return struct.pack("<8I", *level[0])


# ---------------------------------------------------------------------------------------------------------------------
# §3 Keys
# ---------------------------------------------------------------------------------------------------------------------

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def derive(material: bytes, salt: bytes, purpose: str, further: bytes = b"") -> bytes:
    info = b"stillpoint/1/" + purpose.encode("ascii") + further
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(material)


def mac(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"".join(parts), "sha256")


def unseal(key: bytes, nonce: bytes, sealed: bytes, associated: bytes, what: str) -> bytes:
    """Opens AES-256-GCM; `sealed` ends with the tag."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated)
    except (InvalidTag, ValueError):
        raise Damaged(f"{what} does not open: its bytes are not those that were sealed") from None


def crockford(text: str, length: int) -> int | None:
    """The number that a text of so many characters says; nothing when it is none."""
    letters = re.sub(r"[\s-]", "", text).upper().translate(str.maketrans("OIL", "011"))
    if len(letters) != length or any(letter not in CROCKFORD for letter in letters):
        return None
    number = 0
    for letter in letters:
        number = number << 5 | CROCKFORD.index(letter)
    return number


def parse_recovery_key(text: str) -> bytes | None:
    """The 20 bytes of a recovery key; nothing when the text is none."""
    number = crockford(text, 36)
    if number is None:
        return None
    key = (number >> 20).to_bytes(20, "big")
    checksum = int.from_bytes(hashlib.sha256(key).digest()[:3], "big") >> 4
    return key if checksum == number & 0xFFFFF else None


SHARE = struct.Struct("<B4s2sBBB20s")


class Share(NamedTuple):
    vault: bytes
    set: bytes
    number: int
    needed: int
    shares: int
    part: bytes


def parse_share(line: str) -> Share | None:
    """A share of a recovery key (§3.1); nothing when the line has another form."""
    number = crockford(line, 54)
    if number is None:
        return None
    data = (number >> 30).to_bytes(SHARE.size, "big")
    if int.from_bytes(hashlib.sha256(data).digest()[:4], "big") >> 2 != number & 0x3FFFFFFF:
        raise Refused("A line with a recovery share is not what was printed")
    form, *fields = SHARE.unpack(data)
    share = Share(*fields)
    if form != 1 or not 1 <= share.number <= share.shares or not 1 <= share.needed <= share.shares:
        raise Refused("A line with a recovery share says what no share says")
    return share


def gf_times(a: int, b: int) -> int:
    """A product in GF(2^8) with the polynomial 0x11d."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def gf_inverse(a: int) -> int:
    return next(b for b in range(1, 256) if gf_times(a, b) == 1)


def join_shares(shares: list[Share]) -> bytes:
    """The key that the shares' polynomials have at 0."""
    key = bytes(20)
    for share in shares:
        weight = 1
        for other in shares:
            if other is not share:
                weight = gf_times(weight, gf_times(other.number, gf_inverse(other.number ^ share.number)))
        key = bytes(a ^ gf_times(weight, b) for a, b in zip(key, share.part))
    return key


def secret_from_shares(secret: str, vault: bytes) -> bytes | None:
    """The recovery key that a text of shares says; nothing when it has no share."""
    lines = re.split(r"\r?\n", secret)
    try:
        shares = [share for share in map(parse_share, lines) if share is not None]
    except Refused:
        if len(lines) == 1:
            return None
        raise
    if not shares:
        return None
    first = shares[0]
    if any(share.vault != vault[:4] for share in shares):
        raise Refused("A recovery share is of another vault")
    if any((share.set, share.needed, share.shares) != (first.set, first.needed, first.shares) for share in shares):
        raise Refused("The recovery shares were not printed together")
    if len({share.number for share in shares}) != len(shares):
        raise Refused("A recovery share is there twice")
    if len(shares) < first.needed:
        raise Refused(f"{first.needed} recovery shares are needed, and there are {len(shares)}")
    return join_shares(shares[: first.needed])


class Keys:
    """What follows from the master key."""

    def __init__(self, master: bytes, vault: bytes) -> None:
        self.master, self.vault = master, vault
        self.config = derive(master, vault, "config")
        self.identity = derive(master, vault, "chunk-identity")
        self.index = derive(master, vault, "index")
        self.envelope = X25519PrivateKey.from_private_bytes(derive(master, vault, "envelope"))
        self.public = self.envelope.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def proof_key(self, writer: bytes) -> bytes:
        return derive(self.master, self.vault, "writer", writer)

    def check_signature(self, writer: bytes, signed: bytes, signature: bytes, what: str) -> None:
        private = Ed25519PrivateKey.from_private_bytes(derive(self.proof_key(writer), self.vault, "signature"))
        try:
            private.public_key().verify(signature, hashlib.sha256(signed).digest())
        except InvalidSignature:
            raise Damaged(f"{what}: its signature is wrong") from None

    def segment_key(self, seed: bytes) -> bytes:
        return derive(self.index, self.vault, "segment", seed)

    def wrapping_key(self, seed: bytes) -> bytes:
        try:
            shared = self.envelope.exchange(X25519PublicKey.from_public_bytes(seed))
        except ValueError:
            raise Damaged("an envelope's public key is no point of the curve") from None
        return derive(shared, self.vault, "wrap", seed + self.public)


# ---------------------------------------------------------------------------------------------------------------------
# §4 JSON objects
# ---------------------------------------------------------------------------------------------------------------------

CONFIG_FIELDS = {"format": str, "version": int, "id": str, "created": str, "chunkBytes": int, "identity": str, "mac": str}
LOCK_FIELDS = {"lockDays": int, "lockMode": str}  # both or none, in front of the MAC
PARITY_FIELD = {"parity": int}  # or none, behind those
SLOT_FIELDS = {
    "kind": str, "vault": str, "created": str, "salt": str, "memoryKiB": int, "passes": int, "lanes": int, "nonce": str,
    "sealed": str,
}  # fmt: skip


def encode_json(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def decode_json(data: bytes, what: str) -> dict[str, Any]:
    try:
        fields = json.loads(data.decode("utf-8"))
    except ValueError:
        raise Damaged(f"{what} is no JSON") from None
    require(isinstance(fields, dict), f"{what} is no JSON object")
    return fields


def check_form(data: bytes, fields: dict[str, Any], form: dict[str, type], what: str) -> None:
    require(all(type(fields.get(name)) is kind for name, kind in form.items()), f"{what} lacks fields")
    again = encode_json({name: fields[name] for name in form}) + b"\n"
    require(again == data, f"{what} is not written as it would be written again")


def from_hex(text: str, length: int, what: str) -> bytes:
    require(re.fullmatch(f"[0-9a-f]{{{2 * length}}}", text) is not None, f"{what} is not {length} bytes in hexadecimal")
    return bytes.fromhex(text)


def read_config(data: bytes) -> dict[str, Any]:
    """The config, unproven: its MAC needs the master key."""
    fields = decode_json(data, "config")
    if fields.get("format") != "stillpoint-vault":
        raise Refused("This folder is no Stillpoint vault")
    version = fields.get("version")
    if type(version) is int and version > 1:
        raise Refused(f"The vault has version {version}; this reader knows version 1")
    form = CONFIG_FIELDS
    if any(name in fields for name in LOCK_FIELDS):
        form = {name: kind for name, kind in CONFIG_FIELDS.items() if name != "mac"} | LOCK_FIELDS | {"mac": str}
        require(1 <= fields.get("lockDays", 0) <= 3650, "config names no time for locks")
        require(fields.get("lockMode") in ("governance", "compliance"), "config names no way to lock")
    if "parity" in fields:
        form = {name: kind for name, kind in form.items() if name != "mac"} | PARITY_FIELD | {"mac": str}
        require(fields["parity"] == 2, "config names another number of parity segments")
    check_form(data, fields, form, "config")
    require(version == 1, "config names no version")
    require(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fields["id"]) is not None, "config names no vault")
    require(fields["chunkBytes"] in [4 * KIB << at for at in range(8)], "config names no size of chunks")
    require(fields["identity"] == "blake3-256-keyed", "config names another way to identify chunks")
    return fields


def prove_config(fields: dict[str, Any], keys: Keys) -> None:
    unproven = encode_json({name: value for name, value in fields.items() if name != "mac"})
    proof = from_hex(fields["mac"], 32, "config's MAC")
    require(hmac.compare_digest(mac(keys.config, unproven), proof), "config's MAC is wrong")


def read_slot(data: bytes, name: str) -> dict[str, Any] | None:
    """The slot; nothing when it is of a kind that this reader does not know."""
    what = f"keys/{name}"
    require(hashlib.sha256(data).hexdigest() == name, f"{what} is not what its name says")
    slot = decode_json(data, what)
    if isinstance(slot.get("kind"), str) and slot["kind"] not in ("passphrase", "recovery"):
        warn(f"{what} is of a kind that this reader does not know: {json.dumps(slot['kind'])}")
        return None
    check_form(data, slot, SLOT_FIELDS, what)
    for field, length in (("salt", 32), ("nonce", 12), ("sealed", 48)):
        from_hex(slot[field], length, f"{what}: {field}")
    costs = (slot["memoryKiB"], slot["passes"], slot["lanes"])
    if slot["kind"] == "recovery":
        require(costs == (0, 0, 0), f"{what}: a recovery slot with costs")
    else:
        require(slot["kind"] == "passphrase", f"{what} is of no known kind")
        least_and_most = zip((1, 1, 1), costs, (1_048_576, 64, 16))
        require(all(least <= cost <= most for least, cost, most in least_and_most), f"{what}: costs beyond the limits")
    return slot


def open_slot(slot: dict[str, Any], secret: str, joined: bytes | None, vault: bytes) -> bytes | None:
    """The master key; nothing when the secret (or the key that was joined from its shares) is not this slot's."""
    salt = bytes.fromhex(slot["salt"])
    if slot["kind"] == "recovery":
        recovery = joined or parse_recovery_key(secret)
        if recovery is None:
            return None
        key = derive(recovery, vault, "recovery", salt)
    else:
        key = hash_secret_raw(
            unicodedata.normalize("NFC", secret).encode("utf-8"), salt, time_cost=slot["passes"],
            memory_cost=slot["memoryKiB"], parallelism=slot["lanes"], hash_len=32, type=Type.ID, version=0x13,
        )  # fmt: skip
    associated = encode_json({name: value for name, value in slot.items() if name not in ("nonce", "sealed")})
    try:
        return AESGCM(key).decrypt(bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["sealed"]), associated)
    except InvalidTag:
        return None


# ---------------------------------------------------------------------------------------------------------------------
# §5 Sealed objects
# ---------------------------------------------------------------------------------------------------------------------


def magic(what: str, length: int) -> bytes:
    return hashlib.sha256(f"stillpoint vault: {what}".encode("ascii")).digest()[:length]


class Kind(NamedTuple):
    magic: bytes
    key_form: int


DATA_PACK, META_PACK, SEGMENT, RESTORE_POINT, DOOMED_LIST, AWAITED_SESSIONS, TRASH_ENTRY = 1, 2, 3, 4, 5, 6, 7
KINDS = {
    DATA_PACK: Kind(magic("pack", 8), 1),
    META_PACK: Kind(magic("pack", 8), 1),
    SEGMENT: Kind(magic("segment", 8), 2),
    RESTORE_POINT: Kind(magic("restore point", 8), 1),
    DOOMED_LIST: Kind(magic("removal", 8), 2),
    AWAITED_SESSIONS: Kind(magic("removal", 8), 2),
    TRASH_ENTRY: Kind(magic("removal", 8), 2),
}

RECEIPT, RENEWED_LOCKS, KEPT = 9, 10, 11
KINDS[RECEIPT] = Kind(magic("receipt", 8), 1)
KINDS[RENEWED_LOCKS] = KINDS[KEPT] = Kind(magic("removal", 8), 2)
HOST, HOST_END = 16, 17
KINDS[HOST] = KINDS[HOST_END] = Kind(magic("host", 8), 1)

HEADER = struct.Struct("<8sHBB4x16s16s16s32s32s16s32s")
BODY = struct.Struct("<IIB7x")
SEED_FIELD = 7  # of the header
SIGNATURE_BYTES = 64  # behind the tag of objects of key form 2


class Header(NamedTuple):
    raw: bytes
    content: int
    session: bytes
    writer: bytes
    key: bytes  # the session key or the segment key


def read_header(raw: bytes, contents: tuple[int, ...], keys: Keys, what: str) -> Header:
    require(len(raw) >= HEADER.size, f"{what} is shorter than a header")
    raw = raw[: HEADER.size]
    start, version, content, key_form, vault, session, writer, seed, wrapped, tag, proof = HEADER.unpack(raw)
    require(start == KINDS[contents[0]].magic, f"{what} does not begin as it must")
    require(version <= 1, f"{what} has version {version}, and this reader knows version 1")
    require(vault == keys.vault, f"{what} is of another vault")
    proven = mac(keys.proof_key(writer), raw[:-32])
    require(hmac.compare_digest(proven, proof), f"{what}: its header's proof is wrong")
    require(version == 1 and content in contents, f"{what}: its header names another content")
    require(key_form == KINDS[content].key_form and raw[12:16] == bytes(4), f"{what}: its header is not of the form")
    if key_form == 2:
        require(wrapped + tag == bytes(48), f"{what}: its header holds a key and must not")
        return Header(raw, content, session, writer, keys.segment_key(seed))
    associated = vault + session + writer + seed
    key = unseal(keys.wrapping_key(seed), bytes(12), wrapped + tag, associated, f"{what}: its envelope")
    return Header(raw, content, session, writer, key)


def decompress(packed: bytes, compression: int, plain_bytes: int, what: str) -> bytes:
    if compression == 1:
        stream = zstandard.ZstdDecompressor().decompressobj()
        try:
            plain = stream.decompress(packed)
        except zstandard.ZstdError:
            raise Damaged(f"{what} does not decompress") from None
        require(stream.eof and stream.unused_data == b"", f"{what} is not one zstd frame")
    else:
        require(compression == 0, f"{what} is compressed in an unknown way")
        plain = packed
    require(len(plain) == plain_bytes, f"{what} does not have the length that it names")
    return plain


def read_body(data: bytes, content: int, keys: Keys, what: str) -> tuple[Header, bytes]:
    """Opens a segment, a restore point or a note about removal."""
    header = read_header(data, (content,), keys, what)
    if KINDS[content].key_form == 2:
        require(len(data) >= HEADER.size + SIGNATURE_BYTES, f"{what} is shorter than its signature")
        data, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
        keys.check_signature(header.writer, data, signature, what)
    begin = HEADER.size + BODY.size
    require(len(data) >= begin, f"{what} is shorter than its body's head")
    head = data[HEADER.size : begin]
    plain_bytes, packed_bytes, compression = BODY.unpack(head)
    require(head[9:] == bytes(7), f"{what}: its body's head is not of the form")
    require(len(data) == begin + packed_bytes + 16, f"{what} does not have the length that it names")
    key = header.key if KINDS[content].key_form == 2 else derive(header.key, header.session, "body")
    packed = unseal(key, bytes(12), data[begin:], header.raw + head, what)
    return header, decompress(packed, compression, plain_bytes, what)


# ---------------------------------------------------------------------------------------------------------------------
# §6 Packs
# ---------------------------------------------------------------------------------------------------------------------

FRAME_HEAD = struct.Struct("<4sIQIIB7x")
FRAME_CHUNK = struct.Struct("<32sI")
TRAILER = struct.Struct("<32sIIIxxxx8s")
FRAME_MAGIC = magic("frame", 4)
PACK_END_MAGIC = magic("pack end", 8)
MOST_ENTRIES = LARGEST_FRAME  # a chunk has at least one byte


class FrameHead(NamedTuple):
    raw: bytes  # head and entries
    number: int
    plain_bytes: int
    packed_bytes: int
    compression: int
    chunks: list[tuple[bytes, int]]  # id and length

    @property
    def sealed_bytes(self) -> int:
        return len(self.raw) + self.packed_bytes + 16


def read_frame_head(data: bytes, at: int, what: str) -> FrameHead:
    require(at + FRAME_HEAD.size <= len(data), f"{what} is cut off")
    start, count, number, plain_bytes, packed_bytes, compression = FRAME_HEAD.unpack_from(data, at)
    require(start == FRAME_MAGIC, f"{what} does not begin as it must")
    require(1 <= count <= MOST_ENTRIES and plain_bytes <= LARGEST_FRAME, f"{what} is larger than frames are")
    require(packed_bytes <= plain_bytes, f"{what} is longer sealed than open")
    end = at + FRAME_HEAD.size + count * FRAME_CHUNK.size
    require(end <= len(data), f"{what} is cut off")
    raw = bytes(data[at:end])
    require(raw[25:32] == bytes(7), f"{what} is not of the form")
    chunks = list(FRAME_CHUNK.iter_unpack(raw[FRAME_HEAD.size :]))
    require(all(length >= 1 for _, length in chunks), f"{what} has an empty chunk")
    require(sum(length for _, length in chunks) == plain_bytes, f"{what} is not as long as its chunks")
    return FrameHead(raw, number, plain_bytes, packed_bytes, compression, chunks)


def open_frame(sealed: bytes, frame: FrameHead, header: Header, frames_key: bytes, what: str) -> dict[bytes, bytes]:
    """The frame's chunks by id, none of them held against its id yet."""
    nonce = bytes(4) + struct.pack("<Q", frame.number)
    packed = unseal(frames_key, nonce, sealed[len(frame.raw) :], header.raw + frame.raw, what)
    plain = decompress(packed, frame.compression, frame.plain_bytes, what)
    chunks, at = {}, 0
    for chunk_id, length in frame.chunks:
        chunks[chunk_id] = plain[at : at + length]
        at += length
    return chunks


def read_at(file: BinaryIO, offset: int, length: int, what: str) -> bytes:
    file.seek(offset)
    data = file.read(length)
    require(len(data) == length, f"{what} is cut off")
    return data


class Footer(NamedTuple):
    frames: list[tuple[int, FrameHead]]  # where each begins
    end: int  # where the last one ends


def read_footer(file: BinaryIO, size: int, header: Header, what: str) -> Footer:
    require(size >= HEADER.size + TRAILER.size, f"{what} is shorter than header and trailer")
    trailer = read_at(file, size - TRAILER.size, TRAILER.size, what)
    proof, frame_count, footer_bytes, checksum, end_magic = TRAILER.unpack(trailer)
    require(end_magic == PACK_END_MAGIC and trailer[44:48] == bytes(4), f"{what} does not end as it must")
    end = size - TRAILER.size - footer_bytes
    require(end >= HEADER.size, f"{what}: its footer is longer than it")
    footer = read_at(file, end, footer_bytes, what)
    require(crc32c(footer + trailer[:40]) == checksum, f"{what}: its footer's checksum is wrong")
    footer_key = derive(header.key, header.session, "footer")
    proven = mac(footer_key, header.raw, footer, struct.pack("<I", frame_count))
    require(hmac.compare_digest(proven, proof), f"{what}: its footer's MAC is wrong")
    frames, at = [], 0
    next_offset = HEADER.size
    for _ in range(frame_count):
        require(at + 4 <= len(footer), f"{what}: its footer is cut off")
        (offset,) = struct.unpack_from("<I", footer, at)
        frame = read_frame_head(footer, at + 4, f"{what}: its footer")
        require(offset == next_offset, f"{what}: its frames do not follow each other")
        frames.append((offset, frame))
        at += 4 + len(frame.raw)
        next_offset = offset + frame.sealed_bytes
    require(at == len(footer) and next_offset == end, f"{what}: its footer and its frames do not fit")
    require(frame_count >= 1, f"{what} has no frame")
    return Footer(frames, end)


def scan_frames(file: BinaryIO, size: int, what: str) -> list[tuple[int, FrameHead]]:
    """The frames of a pack without a footer, unproven until they are opened."""
    frames, at = [], HEADER.size
    try:
        while at < size:
            file.seek(at)
            head = file.read(FRAME_HEAD.size)
            count = FRAME_HEAD.unpack(head)[1] if len(head) == FRAME_HEAD.size else 0
            require(count <= MOST_ENTRIES, what)
            frame = read_frame_head(head + file.read(count * FRAME_CHUNK.size), 0, what)
            frames.append((at, frame))
            at += frame.sealed_bytes
    except Damaged:
        pass  # what follows is the footer, or damage
    return frames


# ---------------------------------------------------------------------------------------------------------------------
# §6.1 Sidecars
# ---------------------------------------------------------------------------------------------------------------------

PARITY_HEAD = struct.Struct("<8sHBB4x32sII")
PARITY_MAGIC = magic("parity", 8)
DATA_SEGMENTS, ALL_SEGMENTS = 64, 66
LONGEST_MENDED = 256 * KIB * KIB  # writers make 16 MiB; more is a lie, and would be in memory


class Sidecar(NamedTuple):
    pack_bytes: int
    segment_bytes: int
    sums: list[bytes]
    parity: list[bytes]


def read_sidecar(data: bytes, pack: str) -> Sidecar | None:
    """Nothing, when it is not this pack's."""
    signed = PARITY_HEAD.size + ALL_SEGMENTS * 16
    if len(data) < signed + 32 or hashlib.sha256(data[:signed]).digest() != data[signed : signed + 32]:
        return None
    start, version, data_count, parity_count, name, pack_bytes, segment_bytes = PARITY_HEAD.unpack_from(data)
    is_its = (start, version, data_count, parity_count, data[12:16]) == (PARITY_MAGIC, 1, DATA_SEGMENTS, 2, bytes(4))
    if not is_its or name.hex() != pack or pack_bytes > LONGEST_MENDED or segment_bytes != -(-pack_bytes // 512) * 8:
        return None
    sums = [data[at : at + 16] for at in range(PARITY_HEAD.size, signed, 16)]
    begins = [signed + 32, signed + 32 + segment_bytes]
    return Sidecar(pack_bytes, segment_bytes, sums, [data[at : at + segment_bytes] for at in begins])


def times_all(segment: bytes, factor: int) -> bytes:
    return segment.translate(bytes(gf_times(value, factor) for value in range(256)))


def add_all(segments: Iterable[bytes], length: int) -> bytes:
    total = 0
    for segment in segments:
        total ^= int.from_bytes(segment, "little")
    return total.to_bytes(length, "little")


def mend_pack(damaged: bytes, pack: str, sidecar: Sidecar) -> bytes | None:
    """The bytes that the pack had: the code's two equations, solved for what is lost. Nothing, when too much is."""
    length = sidecar.segment_bytes
    stripe = damaged[: sidecar.pack_bytes].ljust(DATA_SEGMENTS * length, b"\0")
    parts = [stripe[i * length : (i + 1) * length] for i in range(DATA_SEGMENTS)] + sidecar.parity
    lost = [i for i, part in enumerate(parts) if hashlib.sha256(part).digest()[:16] != sidecar.sums[i]]
    gaps = [i for i in lost if i < DATA_SEGMENTS]
    if len(lost) > 2:
        return None
    weights = [1]
    while len(weights) < DATA_SEGMENTS:
        weights.append(gf_times(weights[-1], 2))
    sound = [i for i in range(DATA_SEGMENTS) if i not in gaps]
    # what the lost ones are together: x + y, and w(x) x + w(y) y
    plain = add_all((parts[i] for i in [*sound, 64]), length) if 64 not in lost else b""
    weighed = b""
    if 65 not in lost:
        weighed = add_all((parts[65], *(times_all(parts[i], weights[i]) for i in sound)), length)
    if len(gaps) == 1:
        (x,) = gaps
        parts[x] = plain or times_all(weighed, gf_inverse(weights[x]))
    elif len(gaps) == 2:
        x, y = gaps
        apart = gf_inverse(weights[x] ^ weights[y])
        parts[x] = times_all(add_all((times_all(plain, weights[y]), weighed), length), apart)
        parts[y] = add_all((plain, parts[x]), length)
    mended = b"".join(parts[:DATA_SEGMENTS])[: sidecar.pack_bytes]
    return mended if hashlib.sha256(mended).hexdigest() == pack else None


# ---------------------------------------------------------------------------------------------------------------------
# §7 Segments, and the index that they are together
# ---------------------------------------------------------------------------------------------------------------------

SEGMENT_HEAD = struct.Struct("<III4x")
SEGMENT_PACK = struct.Struct("<32sII")
SEGMENT_FRAME = struct.Struct("<II")
SEGMENT_CHUNK = struct.Struct("<32sI")


class Place(NamedTuple):
    """Where a frame lies."""

    pack: str
    offset: int
    sealed_bytes: int


class Segment:
    """A segment's body, kept as it is: 36 bytes a chunk, found by bisection."""

    writer = bytes(16)  # who says so

    def __init__(self, body: bytes, what: str) -> None:
        require(len(body) >= SEGMENT_HEAD.size, f"{what} is cut off")
        pack_count, frame_count, chunk_count = SEGMENT_HEAD.unpack_from(body)
        frames_at = SEGMENT_HEAD.size + pack_count * SEGMENT_PACK.size
        chunks_at = frames_at + frame_count * SEGMENT_FRAME.size
        require(len(body) == chunks_at + chunk_count * SEGMENT_CHUNK.size, f"{what} does not have the length that it names")
        require(body[12:16] == bytes(4), f"{what} is not of the form")
        self.body, self.frames_at, self.chunks_at = body, frames_at, chunks_at
        self.frame_count, self.chunk_count = frame_count, chunk_count
        self.packs: list[str] = []
        self.pack_sizes: list[int] = []
        self.first_frames = [0]
        for name, size, frames in SEGMENT_PACK.iter_unpack(body[SEGMENT_HEAD.size : frames_at]):
            self.packs.append(name.hex())
            self.pack_sizes.append(size)
            self.first_frames.append(self.first_frames[-1] + frames)
        require(self.first_frames[-1] == frame_count, f"{what} has frames without a pack")
        before = b""
        for chunk_id, frame in SEGMENT_CHUNK.iter_unpack(memoryview(body)[chunks_at:]):
            require(before <= chunk_id and frame < frame_count, f"{what}: its chunks are not sorted, or without a frame")
            before = chunk_id

    def chunk_id(self, at: int) -> bytes:
        start = self.chunks_at + at * SEGMENT_CHUNK.size
        return self.body[start : start + 32]

    def place(self, frame: int) -> Place:
        offset, sealed_bytes = SEGMENT_FRAME.unpack_from(self.body, self.frames_at + frame * SEGMENT_FRAME.size)
        return Place(self.packs[bisect_right(self.first_frames, frame) - 1], offset, sealed_bytes)

    def places(self, chunk_id: bytes) -> list[Place]:
        at = bisect_left(range(self.chunk_count), chunk_id, key=self.chunk_id)
        found = []
        while at < self.chunk_count and self.chunk_id(at) == chunk_id:
            (frame,) = struct.unpack_from("<I", self.body, self.chunks_at + at * SEGMENT_CHUNK.size + 32)
            found.append(self.place(frame))
            at += 1
        return found


def segment_of_pack(name: str, size: int, frames: list[tuple[int, FrameHead]]) -> Segment:
    """The segment that names this one pack. "Segments say nothing that packs do not say." """
    chunks = sorted((chunk_id, at) for at, (_, frame) in enumerate(frames) for chunk_id, _ in frame.chunks)
    parts = [
        SEGMENT_HEAD.pack(1, len(frames), len(chunks)),
        SEGMENT_PACK.pack(bytes.fromhex(name), size, len(frames)),
        *(SEGMENT_FRAME.pack(offset, frame.sealed_bytes) for offset, frame in frames),
        *(SEGMENT_CHUNK.pack(chunk_id, at) for chunk_id, at in chunks),
    ]
    return Segment(b"".join(parts), name)


class Index:
    """The union of all segments. The one that answered last is asked first. A write-only host's count for that host alone (§11.3)."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.host = bytes(16)  # whose restore point is read; zeros: a full-key holder's

    def places(self, chunk_id: bytes, of_anybody: bool = False) -> Iterator[Place]:
        believed = (bytes(16), self.host)
        for segment in [each for each in self.segments if of_anybody or each.writer in believed]:
            found = segment.places(chunk_id)
            if found and self.segments[0] is not segment:
                self.segments.remove(segment)
                self.segments.insert(0, segment)
            yield from found


# ---------------------------------------------------------------------------------------------------------------------
# §2 Names, and the vault as a folder
# ---------------------------------------------------------------------------------------------------------------------


HASH_NAME = "[0-9a-f]{64}"
TIMED_NAME = "[0-9a-f]{12}-[0-9a-f]{32}"  # milliseconds since 1970, and an id


class NamedPoint(NamedTuple):
    name: str
    time: int  # milliseconds since 1970
    id: str


def shared_ids(points: list[NamedPoint]) -> set[str]:
    ids = [point.id for point in points]
    return {each for each in ids if ids.count(each) > 1} if len(set(ids)) < len(ids) else set()


class Vault:
    """A folder and its keys. Frames are opened as they are needed; the last 64 stay open."""

    def __init__(self, folder: Path, config: dict[str, Any], keys: Keys) -> None:
        self.folder, self.config, self.keys = folder, config, keys
        self.index = Index()
        self.headers: OrderedDict[str, tuple[Header, bytes]] = OrderedDict()
        self.open_frames: OrderedDict[Place, dict[bytes, bytes]] = OrderedDict()
        self.bad_frames: dict[Place, str] = {}
        self.mended: OrderedDict[str, io.BytesIO | None] = OrderedDict()  # damaged packs as they were; the last two
        self.ends: dict[str, set[str]] | None = None

    @staticmethod
    def unlock(folder: Path, secret: str) -> Vault:
        config = read_config(read_object(folder, "config"))
        vault = UUID(config["id"]).bytes
        joined = secret_from_shares(secret, vault)
        slots, damage = [], []
        for name in names_in(folder, "keys", HASH_NAME):
            try:
                slot = read_slot(read_object(folder, f"keys/{name}"), name)
                slots += [] if slot is None else [slot]
            except Damaged as error:
                damage.append(str(error))
        for slot in sorted(slots, key=lambda slot: slot["kind"] != "recovery"):  # Argon2id takes its time
            master = open_slot(slot, secret, joined, vault) if slot["vault"] == config["id"] else None
            if master is not None:
                keys = Keys(master, vault)
                prove_config(config, keys)
                return Vault(folder, config, keys)
        if damage:
            raise Damaged("No whole key slot opens with this passphrase or recovery key; " + "; ".join(damage))
        raise Refused("The passphrase or recovery key is wrong")

    def names(self, below: str, pattern: str) -> list[str]:
        return names_in(self.folder, below, pattern)

    def read(self, name: str) -> bytes:
        return read_object(self.folder, name)

    # Packs

    def pack_names(self) -> list[str]:
        folders = self.names("packs", "[0-9a-f]{2}")
        return [name for folder in folders for name in self.names(f"packs/{folder}", f"{folder}[0-9a-f]{{62}}")]

    def pack_path(self, name: str) -> Path:
        return self.folder / "packs" / name[:2] / name

    def header_of(self, pack: str, file: BinaryIO) -> tuple[Header, bytes]:
        """The pack's header and the key of its frames."""
        if pack not in self.headers:
            file.seek(0)
            header = read_header(file.read(HEADER.size), (DATA_PACK, META_PACK), self.keys, f"pack {pack}")
            self.headers[pack] = (header, derive(header.key, header.session, "frames"))
            if len(self.headers) > 4096:
                self.headers.popitem(last=False)
        return self.headers[pack]

    def mended_pack(self, pack: str) -> io.BytesIO | None:
        """A damaged pack as its sidecar gives it back (§6.1); nothing, when it cannot."""
        if pack not in self.mended:
            sidecar = self.sidecar(pack)
            with self.pack_path(pack).open("rb") as file:
                whole = None if sidecar is None else mend_pack(file.read(sidecar.pack_bytes), pack, sidecar)
            if whole is not None:
                warn(f"pack {pack} is damaged, and was mended by its sidecar; the vault still has it as it is")
            self.mended[pack] = None if whole is None else io.BytesIO(whole)
            if len(self.mended) > 2:
                self.mended.popitem(last=False)
        return self.mended[pack]

    def unmended(self, error: Damaged) -> Damaged:
        """With a word on parity, in a vault that should have it."""
        return Damaged(f"{error}; its sidecar cannot mend it" if "parity" in self.config else str(error))

    def sidecar(self, pack: str) -> Sidecar | None:
        try:
            with (self.folder / "parity" / pack[:2] / pack).open("rb") as file:
                return read_sidecar(file.read(LONGEST_MENDED // 8), pack)
        except FileNotFoundError:
            return None

    def read_frame(self, place: Place, file: BinaryIO, what: str) -> dict[bytes, bytes]:
        header, frames_key = self.header_of(place.pack, file)
        sealed = read_at(file, place.offset, place.sealed_bytes, what)
        frame = read_frame_head(sealed, 0, what)
        require(frame.sealed_bytes == len(sealed), f"{what} does not have the length that the index names")
        return open_frame(sealed, frame, header, frames_key, what)

    def frame(self, place: Place) -> dict[bytes, bytes]:
        if place in self.bad_frames:
            raise Damaged(self.bad_frames[place])
        if place in self.open_frames:
            self.open_frames.move_to_end(place)
            return self.open_frames[place]
        what = f"frame at {place.offset} of pack {place.pack}"
        try:
            most = FRAME_HEAD.size + MOST_ENTRIES * FRAME_CHUNK.size + LARGEST_FRAME + 16
            require(place.sealed_bytes <= most, f"{what} is larger than frames are")
            try:
                with self.pack_path(place.pack).open("rb") as file:
                    chunks = self.read_frame(place, file, what)
            except Damaged as error:
                mended = self.mended_pack(place.pack)
                if mended is None:
                    raise self.unmended(error) from None
                chunks = self.read_frame(place, mended, what)
        except (Damaged, FileNotFoundError) as error:
            self.bad_frames[place] = str(error) if isinstance(error, Damaged) else f"pack {place.pack} is missing"
            raise Damaged(self.bad_frames[place]) from None
        self.open_frames[place] = chunks
        if len(self.open_frames) > 64:
            self.open_frames.popitem(last=False)
        return chunks

    def chunk(self, chunk_id: bytes) -> bytes:
        """A chunk, from any of the places that it is in; its id is computed again each time."""
        damage = []
        for place in self.index.places(chunk_id):
            try:
                data = self.frame(place).get(chunk_id)
                require(data is not None, f"the frame at {place.offset} of pack {place.pack} lacks a chunk that it must have")
                require(blake3_keyed(self.keys.identity, data) == chunk_id, f"chunk {chunk_id.hex()} is not what its id says")
                return data
            except Damaged as error:
                damage.append(str(error))
        raise Damaged("; ".join(damage) if damage else f"no segment and no pack has chunk {chunk_id.hex()}")

    # Index

    def read_segment(self, name: str) -> Segment:
        what = f"index/{name}"
        data = self.read(what)
        require(hashlib.sha256(data).hexdigest() == name, f"{what} is not what its name says")
        header, body = read_body(data, SEGMENT, self.keys, what)
        self.require_counting(header, what, what)
        segment = Segment(body, what)
        segment.writer = header.writer
        return segment

    # Write-only hosts

    def ended_hosts(self) -> dict[str, set[str]]:
        """By each host whose key was taken away, what counts of it: segments' names, points' names and hashes."""
        if self.ends is None:
            self.ends = {}
            for name in self.names("hosts-ended", TIMED_NAME):
                try:
                    fields = self.read_note(f"hosts-ended/{name}", HOST_END)
                    require(fields.get("host") == name[13:], f"hosts-ended/{name} is of another host")
                except Damaged:
                    continue  # ends nobody; `check` tells of it
                counting = self.ends.setdefault(name[13:], set())
                counting.update(fields["segments"])
                counting.update(point["object"] + " " + point["sha256"] for point in fields["points"])
        return self.ends

    def require_counting(self, header: Header, what: str, known_as: str) -> None:
        host = header.writer.hex()
        if header.writer != bytes(16) and known_as not in self.ended_hosts().get(host, {known_as}):
            raise Uncounted(f"{what} was put by a host after its key had been taken away")

    def read_index(self) -> list[str]:
        """Reads all segments, and the footers of packs that none of them names. Gives what was damaged."""
        damage, named = [], set()
        for name in self.names("index", HASH_NAME):
            try:
                segment = self.read_segment(name)
                self.index.segments.append(segment)
                if segment.writer == bytes(16):  # a host may name what is not its own
                    named.update(segment.packs)
            except Uncounted:
                pass
            except Damaged as error:
                damage.append(str(error))
        for pack in self.pack_names():
            if pack not in named:
                damage += self.adopt_pack(pack)
        return damage

    def adopt_pack(self, pack: str) -> list[str]:
        damage = []
        with self.pack_path(pack).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            writer = bytes(16)
            try:
                header, _ = self.header_of(pack, file)
                writer = header.writer
                frames = read_footer(file, size, header, f"pack {pack}").frames
            except Damaged as error:
                damage.append(str(error))
                mended = self.mended_pack(pack)
                if mended is None:
                    frames = scan_frames(file, size, f"pack {pack}")
                else:
                    size = len(mended.getbuffer())
                    header, _ = self.header_of(pack, mended)
                    writer = header.writer
                    frames = read_footer(mended, size, header, f"pack {pack}").frames
        if writer.hex() not in self.ended_hosts():  # of these, only what their segments of then name (§11.4)
            segment = segment_of_pack(pack, size, frames)
            segment.writer = writer
            self.index.segments.append(segment)
        return damage

    # Restore points

    def read_note(self, what: str, content: int) -> dict[str, Any]:
        """A note about removal (§10.1) or about a host (§11), which full-key holders alone may write."""
        header, body = read_body(self.read(what), content, self.keys, what)
        require(header.writer == bytes(16), f"{what} is by a writer who may not write it")
        fields = decode_json(body, what)
        require(fields.get("version") == 1 and fields.get("object") == what, f"{what} is of another name or version")
        return fields

    def trash(self) -> tuple[set[str], list[str]]:
        """The ids of the points that a trash entry hides, and what was damaged (§10.1)."""
        entries: list[tuple[str, str]] = []  # point and seed
        damage = []
        for name in self.names("trash", TIMED_NAME):
            what = f"trash/{name}"
            try:
                fields = self.read_note(what, TRASH_ENTRY)
                require(fields.get("point") == name[13:], f"{what} is of another restore point")
                require(fields.get("untilMilliseconds") == int(name[:12], 16), f"{what} is of another time")
                entries.append((name[13:], self.seed_of(what)))
            except Damaged as error:
                damage.append(str(error))
        kept: set[tuple[str, str]] = set()
        for name in self.names("kept", TIMED_NAME):
            what = f"kept/{name}"
            try:
                fields = self.read_note(what, KEPT)
                require(fields.get("point") == name[13:], f"{what} is of another restore point")
                kept.update((name[13:], seed) for seed in fields["entries"])
            except Damaged as error:
                damage.append(str(error))
        shared = shared_ids(self.points()) if entries else set()  # by such an id nobody can say which is meant (§11.3)
        return {entry[0] for entry in entries if entry not in kept} - shared, damage

    def seed_of(self, what: str) -> str:
        return HEADER.unpack_from(self.read(what))[SEED_FIELD].hex()

    def points(self) -> list[NamedPoint]:
        """Those that count: of several with one id, a full-key holder's alone, where there is one (§11.3)."""
        return self.settled_points()[0]

    def settled_points(self) -> tuple[list[NamedPoint], list[NamedPoint]]:
        """Those that count and those that do not."""
        names = self.names("points", TIMED_NAME)
        points = [NamedPoint(name, int(name[:12], 16), name[13:]) for name in names]
        twice = shared_ids(points)
        holders = {point for point in points if point.id in twice and self.is_holders(point)}
        settled = {point.id for point in holders}
        counting = [point for point in points if point.id not in settled or point in holders]
        return counting, [point for point in points if point.id in settled and point not in holders]

    def is_holders(self, point: NamedPoint) -> bool:
        try:
            self.read_point(point)
        except (Damaged, Uncounted):
            return False
        return self.index.host == bytes(16)

    def read_point(self, named: NamedPoint) -> dict[str, Any]:
        what = f"points/{named.name}"
        data = self.read(what)
        header, plain = read_body(data, RESTORE_POINT, self.keys, what)
        self.require_counting(header, what, f"{what} {hashlib.sha256(data).hexdigest()}")
        self.index.host = header.writer
        body = decode_json(plain, what)
        require(body.get("version") == 1, f"{what} has version {body.get('version')}, and this reader knows version 1")
        require(body.get("id") == named.id and body.get("vault") == self.config["id"], f"{what} is of another name or vault")
        require(milliseconds(body.get("time")) == named.time, f"{what} is of another time")
        require(isinstance(body.get("files"), list), f"{what} has no files")
        for file in body["files"]:
            fits = isinstance(file, dict) and isinstance(file.get("path"), str) and isinstance(file.get("recipe"), dict)
            require(fits, f"{what} has a file without path or recipe")
        return body


def names_in(folder: Path, below: str, pattern: str) -> list[str]:
    """The names of this form in a folder, sorted; all others are ignored (§2)."""
    try:
        return sorted(name for name in os.listdir(folder / below) if re.fullmatch(pattern, name))
    except FileNotFoundError:
        return []


def read_object(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        if name == "config":
            raise Refused("This folder is no Stillpoint vault: it has no config") from None
        raise Damaged(f"{name} is missing") from None


def milliseconds(time: Any) -> int | None:
    """An ISO 8601 instant in milliseconds since 1970."""
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", str(time))
    if parts is None:
        return None
    seconds = datetime.fromisoformat(parts[1]).replace(tzinfo=timezone.utc).timestamp()
    return int(seconds) * 1000 + int((parts[2] or "0").ljust(9, "0")[:3])


# ---------------------------------------------------------------------------------------------------------------------
# §8 Recipes
# ---------------------------------------------------------------------------------------------------------------------

NODE_HEAD = struct.Struct("<4sB3xIIQ")
NODE_RUN = struct.Struct("<I4xQ")
NODE_MAGIC = magic("recipe node", 4)
HIGHEST_LEVEL = 8


class Reference(NamedTuple):
    """A stretch of a file: a chunk or a node by its id, or zeros."""

    length: int
    id: bytes | None


def read_node(data: bytes, level: int, length: int, what: str) -> list[Reference]:
    require(len(data) >= NODE_HEAD.size, f"{what} is cut off")
    start, named_level, run_count, id_count, covered = NODE_HEAD.unpack_from(data)
    require(start == NODE_MAGIC and data[5:8] == bytes(3), f"{what} is not of the form")
    require(named_level == level and covered == length, f"{what} covers something else than what refers to it")
    ids_at = NODE_HEAD.size + run_count * NODE_RUN.size
    require(len(data) == ids_at + 32 * id_count, f"{what} does not have the length that it names")
    ids = [data[at : at + 32] for at in range(ids_at, len(data), 32)]
    references: list[Reference] = []
    at = 0
    before = (-1, -1)
    for count, unit in NODE_RUN.iter_unpack(data[NODE_HEAD.size : ids_at]):
        require(unit > 0, f"{what} has an empty run")
        joined = (count == 0) == (before[0] == 0) and (count == 0 or unit == before[1])
        require(not joined or before == (-1, -1), f"{what} has two runs that must be one")
        references += [Reference(unit, None)] if count == 0 else [Reference(unit, id) for id in ids[at : at + count]]
        at, before = at + count, (count, unit)
    require(at == id_count and len(references) <= 2048, f"{what} has another number of references")
    require(sum(reference.length for reference in references) == length, f"{what} does not cover what it names")
    return references


class Recipe(NamedTuple):
    level: int
    root: Reference


def read_recipe(file: dict[str, Any], what: str) -> Recipe:
    fields = file["recipe"]
    size, level, root = fields.get("sizeBytes"), fields.get("level"), fields.get("root")
    require(fields.get("version") == 1, f"{what}: its recipe is of another version")
    require(type(size) is int and size >= 0 and size == file.get("sizeBytes"), f"{what}: its recipe is of another length")
    require(type(level) is int and 0 <= level <= HIGHEST_LEVEL, f"{what}: its recipe has no level")
    require(root is not None or level == 0, f"{what}: zeros with a level")
    require(root is None or isinstance(root, str), f"{what}: its recipe has no root")
    return Recipe(level, Reference(size, None if root is None else from_hex(root, 32, f"{what}: its recipe's root")))


class Piece(NamedTuple):
    """A stretch of a file in file order: a chunk, zeros, or something that is lost (`lost` says why)."""

    reference: Reference
    lost: str | None = None


def pieces(vault: Vault, recipe: Recipe) -> Iterator[Piece]:
    level, root = recipe
    if level == 0 or root.id is None:
        yield Piece(root)
        return
    try:
        references = read_node(vault.chunk(root.id), level, root.length, f"recipe node {root.id.hex()}")
    except Damaged as error:
        yield Piece(root, str(error))
        return
    for reference in references:
        yield from pieces(vault, Recipe(level - 1, reference))


def read_piece(vault: Vault, reference: Reference) -> bytes:
    assert reference.id is not None
    data = vault.chunk(reference.id)
    require(len(data) == reference.length, f"chunk {reference.id.hex()} is not as long as its recipe says")
    return data


# ---------------------------------------------------------------------------------------------------------------------
# Restoring
# ---------------------------------------------------------------------------------------------------------------------


def path_below(path: str) -> list[str]:
    """Where a file goes below the target: `D:\\a\\b` to D/a/b, `\\\\server\\share\\x` to UNC/server/share/x."""
    if re.match(r"[A-Za-z]:[\\/]", path):
        folders = [path[0].upper(), *re.split(r"[\\/]", path[3:])]
    elif path.startswith("\\\\"):
        folders = ["UNC", *re.split(r"[\\/]", path[2:])]
    else:
        folders = re.split(r"[\\/]", path)
    if any(part in ("", ".", "..") or "\0" in part for part in folders):
        raise Refused(f"The path {json.dumps(path)} has no place below a folder")
    return folders


def restore_file(vault: Vault, file: dict[str, Any], target: Path) -> list[str]:
    """Writes one file, zeros as holes. Gives what is lost; then the file's name ends in `.damaged`."""
    recipe = read_recipe(file, json.dumps(file["path"]))
    target.parent.mkdir(parents=True, exist_ok=True)
    lost: list[str] = []
    with target.open("xb") as out:
        at = 0
        for reference, why in pieces(vault, recipe):
            if reference.id is not None and why is None:
                try:
                    data = read_piece(vault, reference)
                    out.seek(at)
                    out.write(data)
                except Damaged as error:
                    why = str(error)
            if why is not None:
                lost.append(f"{reference.length} bytes at {at}: {why}")
            at += reference.length
        out.truncate(at)
        out.flush()
        os.fsync(out.fileno())
    if lost:
        target.rename(target.with_name(target.name + ".damaged"))
    return lost


def find_point(vault: Vault, selector: str) -> NamedPoint:
    hidden, damage = vault.trash()
    for message in damage:
        warn(message)
    points = [point for point in vault.points() if point.id not in hidden]
    if selector.startswith("latest:"):
        wanted = selector.removeprefix("latest:").casefold()
        for point in reversed(points):
            try:
                machine = vault.read_point(point).get("machine", {})
            except (Damaged, Uncounted) as error:
                warn(str(error))
                continue
            if wanted in (str(machine.get("name")).casefold(), str(machine.get("id")).casefold()):
                return point
        raise Refused(f"The vault has no restore point of {json.dumps(wanted)}")
    found = [point for point in points if point.id.startswith(selector.lower())]
    if not found and any(point.startswith(selector.lower()) for point in hidden):
        raise Refused(f"The restore point {json.dumps(selector)} is in the trash")
    if len(found) != 1:
        number = "no restore point" if not found else f"{len(found)} restore points"
        raise Refused(f"The vault has {number} whose id begins with {json.dumps(selector)}")
    return found[0]


def printable(text: object) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


def run_list(vault: Vault) -> int:
    hidden, damage = vault.trash()
    for point in vault.points():
        if point.id in hidden:
            continue
        try:
            body = vault.read_point(point)
        except Uncounted:
            continue
        except Damaged as error:
            damage.append(str(error))
            continue
        machine, size = body.get("machine", {}), sum(file.get("sizeBytes", 0) for file in body["files"])
        print(f"{body['time']}  {point.id}  {printable(machine.get('name'))}  {printable(body.get('consistency'))}  {size} bytes")
    for message in damage:
        print(f"damaged: {message}", file=sys.stderr)
    return 4 if damage else 0


def run_show(vault: Vault, selector: str) -> int:
    print(json.dumps(vault.read_point(find_point(vault, selector)), indent=2))
    return 0


def run_restore(vault: Vault, selector: str, folder: Path) -> int:
    body = vault.read_point(find_point(vault, selector))
    targets = [folder.joinpath(*path_below(file["path"])) for file in body["files"]]
    if len({str(target).casefold() for target in targets}) != len(targets):
        raise Refused("Two files of the restore point would be the same file")
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    for message in vault.read_index():
        warn(message)
    damaged = 0
    for file, target in zip(body["files"], targets):
        try:
            lost = restore_file(vault, file, target)
        except Damaged as error:
            lost = [str(error)]
        damaged += 1 if lost else 0
        print(f"{'damaged' if lost else 'restored'}  {file['sizeBytes']} bytes  {printable(target)}", flush=True)
        for message in lost:
            print(f"damaged: {printable(file['path'])}: {message}", file=sys.stderr)
    print(f"{len(targets) - damaged} of {len(targets)} files are restored")
    return 4 if damaged else 0


# ---------------------------------------------------------------------------------------------------------------------
# Checking
# ---------------------------------------------------------------------------------------------------------------------


def is_receipt(fields: dict[str, Any]) -> bool:
    """Whether all is there of what is asked of a receipt here (§10.4)."""
    kind, previous = fields.get("kind"), fields.get("previous")
    is_chained = is_reached(fields) and fields["number"] >= 1 and isinstance(fields.get("time"), str)
    if not is_chained or not isinstance(previous, list) or not all(isinstance(digest, str) for digest in previous):
        return False
    if kind == "point":
        return is_told(fields.get("point"))
    if kind == "removal":
        return is_life(fields.get("removal"))
    lists = (("chains", is_reached), ("points", is_told), ("removals", is_life))
    return kind == "checkpoint" and all(isinstance(fields.get(name), list) and all(map(is_one, fields[name])) for name, is_one in lists)


def is_reached(value: Any) -> bool:
    """A chain, and how far."""
    return isinstance(value, dict) and isinstance(value.get("chain"), str) and type(value.get("number")) is int


def is_life(value: Any) -> bool:
    """A restore point's object, and one of its lives."""
    if not isinstance(value, dict) or type(value.get("life")) is not int or value["life"] < 0:
        return False
    name = value.get("object")
    return isinstance(name, str) and re.fullmatch(f"points/{TIMED_NAME}", name) is not None


def is_told(value: Any) -> bool:
    """A restore point as a receipt tells of it."""
    if not is_life(value) or not isinstance(value.get("sha256"), str) or not isinstance(value.get("machine"), dict):
        return False
    return isinstance(value["machine"].get("id"), str) and isinstance(value["machine"].get("name"), str)


class Check:
    """Reads every object whole. What is damaged is said when it is found."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.damaged = 0
        self.packs: dict[str, tuple[int, int, int]] = {}  # length, frames, chunks
        self.frame_numbers: dict[bytes, set[int]] = {}
        self.envelopes: dict[bytes, bytes] = {}
        self.chunks_read = 0

    def found(self, message: str) -> None:
        self.damaged += 1
        print(f"damaged: {printable(message)}", flush=True)

    def run(self) -> int:
        vault = self.vault
        for name in vault.names("keys", HASH_NAME):
            self.attempt(lambda: read_slot(vault.read(f"keys/{name}"), name))
        for message in vault.read_index():
            self.found(message)
        for pack in vault.pack_names():
            self.attempt(lambda: self.check_pack(pack))
            self.check_sidecar(pack)
        segments = vault.names("index", HASH_NAME)
        for name in segments:
            self.attempt(lambda: self.check_segment(name))
        for name in vault.names("leases", TIMED_NAME):
            self.attempt(lambda: require(vault.read(f"leases/{name}") == b"", f"leases/{name} is not empty"))
        for folder, content in (("doomed", DOOMED_LIST), ("awaited", AWAITED_SESSIONS)):
            for name in vault.names(folder, TIMED_NAME):
                self.attempt(lambda: vault.read_note(f"{folder}/{name}", content))
        for folder, content in (("hosts", HOST), ("hosts-ended", HOST_END)):
            for name in vault.names(folder, TIMED_NAME):
                self.attempt(lambda: vault.read_note(f"{folder}/{name}", content))
        for name in vault.names("renewed", TIMED_NAME):
            self.attempt(lambda: vault.read_note(f"renewed/{name}", RENEWED_LOCKS))
        for message in vault.trash()[1]:
            self.found(message)
        receipts = self.read_receipts()
        points, impostors = vault.settled_points()
        for point in impostors:
            self.found(f"points/{point.name} has the id of a full-key holder's restore point, and does not count")
        self.check_receipts(receipts, {point.name for point in points + impostors})
        whole: dict[bytes, set[tuple[int, bytes, int]]] = {}  # nodes, by whose restore points
        for point in points:
            self.attempt(lambda: self.check_point(point, whole))
        verdict = f"{self.damaged} are damaged" if self.damaged else "all is whole"
        print(f"{len(self.packs)} packs, {self.chunks_read} chunks, {len(segments)} segments, {len(points)} restore points: {verdict}")
        return 4 if self.damaged else 0

    def read_receipts(self) -> dict[str, dict[str, Any] | None]:
        """§10.4: receipts by their digests; nothing for one that is damaged."""
        receipts: dict[str, dict[str, Any] | None] = {}
        for digest in self.vault.names("receipts", HASH_NAME):
            what = f"receipts/{digest}"
            receipts[digest] = None
            try:
                data = self.vault.read(what)
                require(hashlib.sha256(data).hexdigest() == digest, f"{what} is not what its name says")
                header, body = read_body(data, RECEIPT, self.vault.keys, what)
                receipt = decode_json(body, what)
                require(receipt.get("version") == 1, f"{what} is of no known version")
                require(is_receipt(receipt), f"{what} says something else than receipts do")
                if header.writer == bytes(16):
                    receipts[digest] = receipt
                elif receipt["kind"] == "point" and receipt["point"]["life"] == 0:
                    receipt["point"]["host"] = header.writer.hex()
                    if self.tells(receipt["point"]):
                        receipts[digest] = receipt
            except Damaged as error:
                self.found(str(error))
        return receipts

    def tells(self, point: dict[str, Any]) -> bool:
        """Whether what a receipt says of a restore point counts: of an ended host, what it had stored by then (§11.4)."""
        known = self.vault.ended_hosts().get(point.get("host", ""))
        return known is None or f"{point['object']} {point['sha256']}" in known

    def check_receipts(self, receipts: dict[str, dict[str, Any] | None], there: set[str]) -> None:
        """§10.4: which restore points and receipts went although nobody removed them."""
        made: dict[str, dict[str, Any]] = {}
        removed: dict[str, int] = {}
        covered: dict[str, int] = {}
        read = [receipt for receipt in receipts.values() if receipt is not None]
        for receipt in read:
            points = [receipt["point"]] if receipt["kind"] == "point" else receipt.get("points", [])
            removals = [receipt["removal"]] if receipt["kind"] == "removal" else receipt.get("removals", [])
            for point in filter(self.tells, points):
                made[point["object"]] = max(made.get(point["object"], point), point, key=lambda one: ("host" not in one, one["life"]))
            for removal in removals:
                removed[removal["object"]] = max(removed.get(removal["object"], 0), removal["life"])
            for reached in receipt.get("chains", []):
                covered[reached["chain"]] = max(covered.get(reached["chain"], 0), reached["number"])
        alive = {name: point for name, point in made.items() if removed.get(name, -1) < point["life"]}
        by_holders = {name[-32:] for name, point in alive.items() if "host" not in point}
        for name, point in sorted(alive.items()):
            if "host" in point and name[-32:] in by_holders:  # a host gives way, also for another object with this id (§10.4)
                continue
            if name.removeprefix("points/") not in there:
                self.found(f"{name} of {point['machine']['name']} is gone although nobody removed it")
        for receipt in read:
            is_whole = all(digest in receipts for digest in receipt["previous"])
            if not is_whole and covered.get(receipt["chain"], 0) < receipt["number"] - 1:
                self.found(f"receipt {receipt['number'] - 1} of chain {receipt['chain']} is gone")

    def attempt(self, act: Any) -> None:
        try:
            act()
        except (Damaged, Uncounted) as error:
            self.found(str(error))

    def check_pack(self, pack: str) -> None:
        vault, what = self.vault, f"pack {pack}"
        with vault.pack_path(pack).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if hashlib.file_digest(file, "sha256").hexdigest() != pack:
                self.found(f"{what} is not what its name says")
            header, _ = vault.header_of(pack, file)
            try:
                frames = read_footer(file, size, header, what).frames
            except Damaged as error:
                self.found(str(error))
                frames = scan_frames(file, size, what)
            self.check_session(header, what)
            for offset, frame in frames:
                if read_at(file, offset, len(frame.raw), what) != frame.raw:
                    self.found(f"{what}: the frame at {offset} is not what the footer says")
                self.attempt(lambda: self.check_frame(Place(pack, offset, frame.sealed_bytes), frame, header))
            self.packs[pack] = (size, len(frames), sum(len(frame.chunks) for _, frame in frames))

    def check_sidecar(self, pack: str) -> None:
        """§6.1: without one nothing is lost."""
        if "parity" not in self.vault.config:
            return
        sidecar = self.vault.sidecar(pack)
        sums = [] if sidecar is None else [hashlib.sha256(part).digest()[:16] for part in sidecar.parity]
        if sidecar is None or sums != sidecar.sums[DATA_SEGMENTS:]:
            print(f"note: pack {pack} has no whole sidecar")

    def check_session(self, header: Header, what: str) -> None:
        """§5: the envelope is made once a session and is the same in all its packs."""
        envelope = header.raw[16:144]
        if self.envelopes.setdefault(header.session, envelope) != envelope:
            self.found(f"{what} has another envelope than the other packs of its session")

    def check_frame(self, place: Place, frame: FrameHead, header: Header) -> None:
        vault, what = self.vault, f"frame at {place.offset} of pack {place.pack}"
        chunks = vault.frame(place)
        numbers = self.frame_numbers.setdefault(header.session, set())
        require(frame.number not in numbers, f"{what} has a number that its session used before")  # §9.6
        numbers.add(frame.number)
        for chunk_id, length in frame.chunks:
            data = chunks[chunk_id]
            self.chunks_read += 1
            if len(data) != length or blake3_keyed(vault.keys.identity, data) != chunk_id:
                vault.bad_frames[place] = f"{what}: chunk {chunk_id.hex()} is not what its id says"
                vault.open_frames.pop(place, None)
                raise Damaged(vault.bad_frames[place])
            if place not in vault.index.places(chunk_id, of_anybody=True) and header.writer.hex() not in vault.ended_hosts():
                self.found(f"{what}: its segment does not name chunk {chunk_id.hex()}")

    def check_segment(self, name: str) -> None:
        """§7: a segment names whole packs. That no chunk is left out was found with the packs; that none is added, here."""
        try:
            segment = self.vault.read_segment(name)
        except Uncounted:
            return
        except Damaged:
            return  # said already, when the index was read
        what = f"index/{name}"
        chunks = 0
        for at, pack in enumerate(segment.packs):
            if pack not in self.packs:
                print(f"note: {what} names pack {pack}, which is missing or damaged")
                return
            size, frames, chunks_of_pack = self.packs[pack]
            chunks += chunks_of_pack
            same = size == segment.pack_sizes[at] and frames == segment.first_frames[at + 1] - segment.first_frames[at]
            require(same, f"{what} says another length or number of frames of pack {pack}")
        require(chunks == segment.chunk_count, f"{what} says another number of chunks than its packs")

    def check_point(self, point: NamedPoint, whole: dict[bytes, set[tuple[int, bytes, int]]]) -> None:
        body = self.vault.read_point(point)
        whole_nodes = whole.setdefault(self.vault.index.host, set())
        for file in body["files"]:
            what = f"points/{point.name}: {json.dumps(file['path'])}"
            self.attempt(lambda: self.check_recipe(read_recipe(file, what), whole_nodes, what))

    def check_recipe(self, recipe: Recipe, whole_nodes: set[tuple[int, bytes, int]], what: str) -> None:
        """Looks whether every chunk has a place that is whole. A node that was whole once is not looked at again."""
        level, root = recipe
        if root.id is None or (level, root.id, root.length) in whole_nodes:
            return
        try:
            if level > 0:
                for reference in read_node(self.vault.chunk(root.id), level, root.length, f"recipe node {root.id.hex()}"):
                    self.check_recipe(Recipe(level - 1, reference), whole_nodes, what)
                whole_nodes.add((level, root.id, root.length))
            else:
                self.check_chunk(root)
        except Damaged as error:
            raise Damaged(str(error) if str(error).startswith(what) else f"{what} is not whole: {error}") from None

    def check_chunk(self, reference: Reference) -> None:
        """Whether one of the chunk's places was whole when its pack was read; says why not otherwise."""
        assert reference.id is not None
        whole = (place for place in self.vault.index.places(reference.id) if place not in self.vault.bad_frames)
        if not any(place.pack in self.packs for place in whole):
            read_piece(self.vault, reference)


# ---------------------------------------------------------------------------------------------------------------------
# The program
# ---------------------------------------------------------------------------------------------------------------------


def read_secret(file: Path | None) -> str:
    """The passphrase or recovery key; one line end behind it is not part of it."""
    if file is not None:
        try:
            return re.sub(r"\r?\n\Z", "", file.read_bytes().decode("utf-8"))
        except UnicodeDecodeError:
            raise Refused(f"{file} is not UTF-8") from None
    secret = os.environ.get("STILLPOINT_PASSPHRASE")
    if secret is None:
        raise Refused("Name the passphrase's or recovery key's file with --passphrase-file, or set STILLPOINT_PASSPHRASE")
    return secret


def parse_arguments() -> argparse.Namespace:
    secret = argparse.ArgumentParser(add_help=False)
    secret.add_argument("--passphrase-file", type=Path, metavar="FILE", help="file with the passphrase or the recovery key")
    secret.add_argument("vault", type=Path, metavar="VAULTDIR")
    parser = argparse.ArgumentParser(
        description="Reads a Stillpoint vault without Stillpoint. The passphrase is in --passphrase-file or STILLPOINT_PASSPHRASE.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 4 the vault or a restore point is damaged.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", parents=[secret], help="list the restore points")
    point_help = "an id, a unique prefix of one, or latest:NAME"
    show = commands.add_parser("show", parents=[secret], help="print what a restore point says, as JSON")
    show.add_argument("point", metavar="POINT", help=point_help)
    restore = commands.add_parser("restore", parents=[secret], help="write a restore point's files below an empty folder")
    restore.add_argument("point", metavar="POINT", help=point_help)
    restore.add_argument("folder", type=Path, metavar="DIR")
    commands.add_parser("check", parents=[secret], help="read and prove every object of the vault")
    return parser.parse_args()


def run(arguments: argparse.Namespace) -> int:
    vault = Vault.unlock(arguments.vault, read_secret(arguments.passphrase_file))
    if arguments.command == "list":
        return run_list(vault)
    if arguments.command == "show":
        return run_show(vault, arguments.point)
    if arguments.command == "restore":
        return run_restore(vault, arguments.point, arguments.folder)
    return Check(vault).run()


def main() -> int:
    try:
        return run(parse_arguments())
    except Damaged as error:
        print(f"damaged: {error}", file=sys.stderr)
        return 4
    except (Refused, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
