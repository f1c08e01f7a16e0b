"""Checks the chains of a journal without Quell: quell journal ledger --hashes | python3 verify.py"""

import hashlib
import json
import sys

chains = {}
for line in sys.stdin.buffer:
    hash, text = line.rstrip(b"\n").split(b" ", 1)
    record = json.loads(text)
    chains.setdefault(record["chain"], []).append((bytes.fromhex(hash.decode()), text, record))

wrong = 0
for name, links in sorted(chains.items()):
    # What was removed for its age is told of by the chain itself: the last of it, and its hash.
    number, before = 0, bytes(32)
    for _, _, record in links:
        if record["event"] == "pruned":
            number, before = record["through"]["number"], bytes.fromhex(record["through"]["hash"])
    for hash, text, record in links:
        number += 1
        if record["number"] != number:
            print(f"{name} {number}: record {record['number']} lies here")
            number, wrong = record["number"], wrong + 1
        elif hashlib.sha256(before + text).digest() != hash:
            print(f"{name} {number}: {record['event']} is not what its hash says")
            wrong += 1
        before = hash

print(f"{sum(map(len, chains.values()))} records in {len(chains)} chains, {wrong} wrong")
sys.exit(wrong > 0)
