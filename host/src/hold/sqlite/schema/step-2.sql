-- Deliveries: how many wait is counted as they come and go, because every admission asks.
CREATE INDEX deliveries_settled ON deliveries (received) WHERE state <> 'waiting';

CREATE TABLE queue (
    waiting    INTEGER NOT NULL           -- one row
) STRICT;
INSERT INTO queue SELECT count(*) FROM deliveries WHERE state = 'waiting';

CREATE TRIGGER deliveries_inserted AFTER INSERT ON deliveries WHEN new.state = 'waiting' BEGIN
    UPDATE queue SET waiting = waiting + 1;
END;
CREATE TRIGGER deliveries_updated AFTER UPDATE OF state ON deliveries BEGIN
    UPDATE queue SET waiting = waiting + (new.state = 'waiting') - (old.state = 'waiting');
END;
CREATE TRIGGER deliveries_deleted AFTER DELETE ON deliveries WHEN old.state = 'waiting' BEGIN
    UPDATE queue SET waiting = waiting - 1;
END;

-- Holds: which deliveries asked for each, so that none counts twice, and which of them began it.
ALTER TABLE holds ADD COLUMN severity INTEGER;
ALTER TABLE holds RENAME COLUMN delivery TO began_by;

CREATE TABLE offences (
    hold       INTEGER NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
    delivery   TEXT NOT NULL,
    PRIMARY KEY (hold, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX offences_delivery ON offences (delivery);
INSERT INTO offences SELECT id, began_by FROM holds;

-- Format 1 kept only the delivery that asked last. Holds on one prefix that began at the same moment were begun by the same one.
UPDATE holds SET began_by = (
    SELECT same.began_by FROM holds AS same
    WHERE same.first = holds.first AND same.last = holds.last AND same.since = holds.since
    ORDER BY same.id LIMIT 1
);

CREATE INDEX holds_ended ON holds (ended_at) WHERE ended_at IS NOT NULL;

-- Changes: how the entry that a change adds stood before it began, so that a refusal can put that back. NULL: it was not ours.
ALTER TABLE changes ADD COLUMN was_confirmed INTEGER;
ALTER TABLE changes ADD COLUMN was_written INTEGER;
CREATE INDEX changes_recent ON changes (account, region, acl, finished) WHERE end = 'done';
CREATE INDEX changes_age ON changes (coalesce(finished, begun));

-- Entries: while one is being replaced, two of ours have the same number.
CREATE TABLE own_entries_by_entry (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    acl        TEXT NOT NULL,
    direction  TEXT NOT NULL,
    number     INTEGER NOT NULL,
    entry      TEXT NOT NULL,
    confirmed  INTEGER NOT NULL,
    written    INTEGER NOT NULL,
    PRIMARY KEY (account, region, acl, direction, number, entry)
) STRICT, WITHOUT ROWID;
INSERT INTO own_entries_by_entry
SELECT account, region, acl, direction, number, entry, confirmed, coalesce((
    SELECT max(changes.begun) FROM changes
    WHERE changes.account = own_entries.account AND changes.region = own_entries.region AND changes.acl = own_entries.acl
    AND changes.change ->> '$.change' = 'create' AND changes.change -> '$.entry' = own_entries.entry
), 0) FROM own_entries;
DROP TABLE own_entries;
ALTER TABLE own_entries_by_entry RENAME TO own_entries;

-- Targets: revisions are counted for all of them together, so that a target that is forgotten and comes back never has one twice.
CREATE TABLE revisions (
    last       INTEGER NOT NULL           -- one row
) STRICT;
INSERT INTO revisions SELECT coalesce(max(revision), 0) FROM targets;

CREATE TABLE spared (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    acl        TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    PRIMARY KEY (account, region, acl, prefix)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    acl        TEXT NOT NULL,
    owner      TEXT NOT NULL,
    until      INTEGER NOT NULL,
    PRIMARY KEY (account, region, acl)
) STRICT, WITHOUT ROWID;

CREATE TABLE pardons (
    prefix     TEXT PRIMARY KEY,
    since      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    reason     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pauses (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    since      INTEGER NOT NULL,
    reason     TEXT NOT NULL
) STRICT;
