-- A new file, as all the steps leave one. A step that adds something adds it here too; a test compares both.

-- Deliveries: how many wait is counted as they come and go, because every admission asks.
CREATE TABLE deliveries (
    id         TEXT PRIMARY KEY,
    door       TEXT NOT NULL,
    detector   TEXT NOT NULL,
    body       TEXT NOT NULL,
    received   INTEGER NOT NULL,          -- times are milliseconds since 1970
    attempts   INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    not_before INTEGER,
    report     TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (not_before) WHERE state = 'waiting';
CREATE INDEX deliveries_settled ON deliveries (received) WHERE state <> 'waiting';

CREATE TABLE queue (
    waiting    INTEGER NOT NULL           -- one row
) STRICT;
INSERT INTO queue VALUES (0);
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
CREATE TABLE holds (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    subject    TEXT NOT NULL,             -- what is denied, or what the remedy is done to
    first      BLOB NOT NULL,             -- the prefix's addresses as 16 bytes, IPv4 mapped into IPv6
    last       BLOB NOT NULL,
    direction  TEXT NOT NULL,
    reason     TEXT NOT NULL,
    confidence INTEGER NOT NULL,
    plugin     TEXT NOT NULL,
    alert      TEXT NOT NULL,
    began_by   TEXT NOT NULL,
    since      INTEGER NOT NULL,
    until      INTEGER,                   -- NULL: until released
    offences   INTEGER NOT NULL,
    coverage   TEXT NOT NULL,
    ended_at   INTEGER,                   -- NULL: in force
    ended_why  TEXT,
    severity   INTEGER,
    remedy     TEXT                       -- NULL: the subject is denied
) STRICT;
CREATE UNIQUE INDEX holds_in_force ON holds (account, region, resource, subject, direction) WHERE ended_at IS NULL;
CREATE INDEX holds_until ON holds (until) WHERE ended_at IS NULL;
CREATE INDEX holds_addresses ON holds (first, last);
CREATE INDEX holds_ended ON holds (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE offences (
    hold       INTEGER NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
    delivery   TEXT NOT NULL,
    PRIMARY KEY (hold, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX offences_delivery ON offences (delivery);

-- Changes: how the entry that a change adds stood before it began, so that a refusal can put that back.
CREATE TABLE changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    change     TEXT NOT NULL,
    begun      INTEGER NOT NULL,
    finished   INTEGER,
    end        TEXT,
    detail     TEXT,
    was_confirmed INTEGER,                -- NULL: it was not ours
    was_written   INTEGER,
    request    TEXT                       -- AWS's number of the request; NULL: no answer came
) STRICT;
CREATE INDEX changes_recent ON changes (account, region, resource, finished) WHERE end = 'done';
CREATE INDEX changes_age ON changes (coalesce(finished, begun));

-- Entries: while one is being replaced, two of ours have the same number.
CREATE TABLE own_entries (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    direction  TEXT NOT NULL,
    number     INTEGER NOT NULL,
    entry      TEXT NOT NULL,
    confirmed  INTEGER NOT NULL,
    written    INTEGER NOT NULL,
    PRIMARY KEY (account, region, resource, direction, number, entry)
) STRICT, WITHOUT ROWID;

-- Targets: revisions are counted for all of them together, so that a target that is forgotten and comes back never has one twice.
CREATE TABLE targets (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    revision   INTEGER NOT NULL,          -- counts the changes of its holds
    converged  INTEGER NOT NULL,          -- the revision that its ACL was last brought to
    PRIMARY KEY (account, region, resource)
) STRICT;
CREATE TABLE revisions (
    last       INTEGER NOT NULL           -- one row
) STRICT;
INSERT INTO revisions VALUES (0);

CREATE TABLE spared (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    PRIMARY KEY (account, region, resource, prefix)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    owner      TEXT NOT NULL,
    until      INTEGER NOT NULL,
    PRIMARY KEY (account, region, resource)
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

-- Before-images: how the parts of targets were before they were changed.
CREATE TABLE images (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    part       TEXT NOT NULL,
    image      TEXT NOT NULL,
    written    INTEGER NOT NULL,
    PRIMARY KEY (account, region, resource, part)
) STRICT, WITHOUT ROWID;

-- Feedback: what detectors are to be told, and were.
CREATE TABLE feedback (
    id         TEXT NOT NULL PRIMARY KEY,
    feedback   TEXT NOT NULL,
    owed       INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    state      TEXT NOT NULL,
    not_before INTEGER                    -- NULL unless it waits
) STRICT, WITHOUT ROWID;
CREATE INDEX feedback_waiting ON feedback (not_before) WHERE state = 'waiting';
CREATE INDEX feedback_given_up ON feedback (owed) WHERE state = 'given-up';
CREATE INDEX feedback_over ON feedback (owed) WHERE state <> 'waiting';

-- The ledger: what happened, each link chained to the one before it.
CREATE TABLE links (
    chain      TEXT NOT NULL,
    number     INTEGER NOT NULL,          -- from 1
    text       TEXT NOT NULL,             -- as it was hashed
    hash       BLOB NOT NULL,             -- SHA-256 of the hash before and of the text
    PRIMARY KEY (chain, number)
) STRICT, WITHOUT ROWID;

-- How far each chain goes, and from where: what was before the anchor was removed because it was old.
CREATE TABLE chains (
    chain         TEXT PRIMARY KEY,
    number        INTEGER NOT NULL,
    hash          BLOB NOT NULL,
    anchor_number INTEGER NOT NULL,
    anchor_hash   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Notes: which alerts named an address, what was spent of budgets, and holds that wait for people.
CREATE TABLE notes (
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    text       TEXT NOT NULL,
    over       INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX notes_over ON notes (over);
