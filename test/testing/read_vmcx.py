#!/usr/bin/env python3
"""A second reader of HyperVStorage 4.0 (.vmcx, .vmrs), for tests: strict, small, and independent of src/.

It verifies every checksum and every structural rule that docs and real files agree on, and prints one JSON document:
the headers, the object table, counts of what was verified, and each value with its path. It stops at the first fault.

    python3 read_vmcx.py FILE [--structure]
"""
import hashlib
import json
import struct
import sys
import zlib

BIG = 256  # longer byte values are printed as their size and SHA-256


def need(condition, what):
    if not condition:
        raise SystemExit("fault: " + what)


def zeroed(data, at):
    """The bytes with the four-byte checksum field at `at` taken as zero."""
    return data[:at] + b"\0\0\0\0" + data[at + 4 :]


class Reader:
    def __init__(self, data):
        self.data = data
        self.verified = {"headers": 0, "objectEntries": 0, "keyTables": 0, "keyEntries": 0, "freeEntries": 0, "replayEntries": 0}
        self.headers = [self.header(at) for at in (0, 0x1000)]
        self.active = self.headers[0] if (self.headers[0]["sequence"] - self.headers[1]["sequence"]) % 65536 < 32768 else self.headers[1]
        need(self.active["version"] == 0x0400, "version")
        self.log = self.replay_log()
        self.objects = self.object_tables()
        self.tables = self.key_tables()

    def header(self, at):
        raw = self.data[at : at + 46]
        need(len(raw) == 46, "header cut off")
        sig, crc, seq, version, data_version, flags, align, log_at, log_size, log_head = struct.unpack("<IIHIIIIQQI", raw)
        need(sig == 0x01282014, "header signature")
        need(crc == zlib.crc32(zeroed(raw, 4)), "header checksum")
        self.verified["headers"] += 1
        return {"sequence": seq, "version": version, "dataVersion": data_version, "flags": flags, "alignment": align,
                "logOffset": log_at, "logSize": log_size, "logHeaderSize": log_head}

    def replay_log(self):
        at = self.active["logOffset"]
        raw = self.data[at : at + 34]
        need(len(raw) == 34, "replay log cut off")
        sig, crc, count, u12, most, tracking, u18, u26, u30 = struct.unpack("<IIIBIBQII", raw)
        need(sig == 0x01110003, "replay log signature")
        need(crc == zlib.crc32(zeroed(raw, 4)), "replay log checksum")
        need(count == 0, "replay log holds %d entries: this reader wants none" % count)
        return {"count": count, "unknownAt12": u12, "maxEntries": most, "tracking": tracking, "unknown": [u18, u26, u30]}

    def object_tables(self):
        found, at, size, seen = [], 0x2000, 0x1000, set()
        while at is not None:
            need(at not in seen, "object tables in a circle")
            seen.add(at)
            sig, count = struct.unpack_from("<II", self.data, at)
            need(sig == 0x01110001, "object table signature")
            need(8 + 18 * count <= size, "object table longer than its object")
            following = None
            for i in range(count):
                raw = self.data[at + 8 + 18 * i : at + 26 + 18 * i]
                need(len(raw) == 18, "object table cut off")
                kind, crc, offset, length, flags = struct.unpack("<BIQIB", raw)
                need(crc == zlib.crc32(zeroed(raw, 1)), "object entry checksum")
                self.verified["objectEntries"] += 1
                if kind == 0:
                    need((offset, length, flags) == (0, 0, 0), "empty object entry holds something")
                    continue
                entry = {"type": kind, "offset": offset, "size": length, "flags": flags, "slot": i}
                found.append(entry)
                if kind == 1:
                    need(i == count - 1, "chain to the next object table is not in the last slot")
                    following = (offset, length)
            at, size = following if following else (None, None)
        used = sorted((o["offset"], o["size"]) for o in found if o["type"] != 4)
        for (a, n), (b, _) in zip(used, used[1:]):
            need(a + n <= b, "objects overlap at %#x" % b)
        for a, n in used:
            need(a % self.active["alignment"] == 0, "object at %#x is not aligned" % a)
            need(n % self.active["alignment"] == 0, "object at %#x has an odd size" % a)
            need(a + n <= len(self.data), "object at %#x is cut off" % a)
            log = (self.active["logOffset"], self.active["logOffset"] + self.active["logSize"])
            need(a + n <= log[0] or a >= log[1] or log[1] == log[0], "object at %#x in the log" % a)
        return found

    def key_tables(self):
        tables = {}
        for entry in self.objects:
            if entry["type"] != 2:
                continue
            raw = self.data[entry["offset"] : entry["offset"] + entry["size"]]
            sig, index, seq, crc = struct.unpack_from("<HHHI", raw)
            need(sig == 2, "key table signature")
            need(crc == zlib.crc32(raw[:6] + b"\0\0\0\0"), "key table checksum")
            self.verified["keyTables"] += 1
            need(index not in tables or tables[index]["sequence"] != seq, "two key tables of one index and sequence")
            if index not in tables or tables[index]["sequence"] < seq:
                tables[index] = {"sequence": seq, "raw": raw, "offset": entry["offset"], "size": entry["size"]}
        return tables

    def entries(self):
        for index, table in tables_in_order(self.tables):
            raw, at = table["raw"], 10
            while at < len(raw):
                need(at + 21 <= len(raw), "key entry cut off")
                kind, flags, size, ptable, poffset, crc, order, nlen = struct.unpack_from("<BBIHIIIB", raw, at)
                need(size >= 21 and at + size <= len(raw), "key entry size")
                need(ptable == 0 or ptable in self.tables, "parent in no table")
                if kind == 1:
                    self.verified["freeEntries"] += 1
                else:
                    yield self.entry(index, at, raw[at : at + size])
                at += size

    def entry(self, table, at, raw):
        kind, flags, size, ptable, poffset, crc, order, nlen = struct.unpack_from("<BBIHIIIB", raw)
        name_end = 21 + nlen
        need(nlen >= 1 and raw[name_end - 1] == 0, "key name without its NUL")
        body = raw[name_end:]
        if flags & 1:
            meaningful = 12
        elif kind in (6, 7):
            meaningful = 4 + struct.unpack_from("<I", body)[0]
        else:
            meaningful = {3: 8, 4: 8, 5: 8, 8: 4, 9: 12}[kind]
        need(meaningful <= len(body), "value longer than its entry")
        need(crc == zlib.crc32(zeroed(raw[: name_end + meaningful], 12)), "key entry checksum")
        self.verified["keyEntries"] += 1
        name = raw[21 : name_end - 1].decode("utf-8")
        shape, value, external = self.value(kind, flags, body[:meaningful])
        return {"place": (table, at), "parent": (ptable, poffset), "order": order, "name": name, "flags": flags,
                "type": shape, "value": value, "slack": len(body) - meaningful, "external": external}

    def value(self, kind, flags, body):
        external = None
        if flags & 1:
            size, offset = struct.unpack("<IQ", body)
            need(kind in (6, 7), "a pointer where no bytes are")
            homes = [o for o in self.objects if o["type"] == 3 and o["offset"] == offset]
            need(len(homes) == 1 and homes[0]["size"] >= size, "value points to no file object")
            content = self.data[offset : offset + size]
            need(len(content) == size, "file object cut off")
            external = {"offset": offset, "size": size}
        elif kind in (6, 7):
            content = body[4:]
        if kind == 3:
            return "int", str(struct.unpack("<q", body)[0]), None
        if kind == 4:
            return "uint", str(struct.unpack("<Q", body)[0]), None
        if kind == 5:
            return "double", struct.unpack("<d", body)[0].hex(), None
        if kind == 6:
            return "string", content.decode("utf-16-le", "surrogatepass"), external
        if kind == 7:
            if len(content) > BIG:
                return "bytes", {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}, external
            return "bytes", content.hex(), external
        if kind == 8:
            return "bool", struct.unpack("<i", body)[0] != 0, None
        tracking, following = struct.unpack("<QI", body)
        return "node", following, None


def tables_in_order(tables):
    return sorted(tables.items())


def dump(reader):
    entries = list(reader.entries())
    nodes = {e["place"]: e for e in entries if e["type"] == "node"}
    children = {}
    for e in entries:
        need(e["parent"] == (0, 0) or e["parent"] in nodes, "key %r hangs nowhere" % e["name"])
        children.setdefault(e["parent"], []).append(e)
    for parent, below in children.items():
        below.sort(key=lambda e: e["order"])
        orders = [e["order"] for e in below]
        need(len(set(orders)) == len(orders), "two siblings of one insertion sequence")
        if parent in nodes:
            need(orders[-1] < nodes[parent]["value"], "next insertion sequence is not behind the last child")
    leaves, empty, visited = [], [], 0
    todo = [(e, "") for e in reversed(children.get((0, 0), []))]
    while todo:
        e, path = todo.pop()
        visited += 1
        here = path + "/" + e["name"]
        if e["type"] != "node":
            leaves.append({"path": here, "type": e["type"], "value": e["value"]})
            continue
        below = children.get(e["place"], [])
        if not below:
            empty.append(here)
        todo.extend((child, here) for child in reversed(below))
    need(visited == len(entries), "keys in a circle")
    structure = [{k: e[k] for k in ("place", "parent", "order", "name", "flags", "type", "slack", "external")} for e in entries]
    return leaves, empty, structure


def main():
    with open(sys.argv[1], "rb") as file:
        reader = Reader(file.read())
    leaves, empty, structure = dump(reader)
    result = {"headers": reader.headers, "replayLog": reader.log, "objects": reader.objects,
              "verified": reader.verified, "values": leaves, "emptyNodes": empty}
    if "--structure" in sys.argv:
        result["entries"] = structure
    json.dump(result, sys.stdout, ensure_ascii=True)


main()
