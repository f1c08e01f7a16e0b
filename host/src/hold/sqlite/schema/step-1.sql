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

CREATE TABLE holds (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    acl        TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    first      BLOB NOT NULL,             -- the prefix's addresses as 16 bytes, IPv4 mapped into IPv6
    last       BLOB NOT NULL,
    direction  TEXT NOT NULL,
    reason     TEXT NOT NULL,
    confidence INTEGER NOT NULL,
    plugin     TEXT NOT NULL,
    alert      TEXT NOT NULL,
    delivery   TEXT NOT NULL,
    since      INTEGER NOT NULL,
    until      INTEGER,                   -- NULL: until released
    offences   INTEGER NOT NULL,
    coverage   TEXT NOT NULL,
    ended_at   INTEGER,                   -- NULL: in force
    ended_why  TEXT
) STRICT;
CREATE UNIQUE INDEX holds_in_force ON holds (account, region, acl, prefix, direction) WHERE ended_at IS NULL;
CREATE INDEX holds_until ON holds (until) WHERE ended_at IS NULL;
CREATE INDEX holds_addresses ON holds (first, last);

CREATE TABLE changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    acl        TEXT NOT NULL,
    change     TEXT NOT NULL,
    begun      INTEGER NOT NULL,
    finished   INTEGER,
    end        TEXT,
    detail     TEXT
) STRICT;

CREATE TABLE own_entries (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    acl        TEXT NOT NULL,
    direction  TEXT NOT NULL,
    number     INTEGER NOT NULL,
    entry      TEXT NOT NULL,
    confirmed  INTEGER NOT NULL,
    PRIMARY KEY (account, region, acl, direction, number)
) STRICT;

CREATE TABLE targets (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    acl        TEXT NOT NULL,
    revision   INTEGER NOT NULL,          -- counts the changes of its holds
    converged  INTEGER NOT NULL,          -- the revision that its ACL was last brought to
    PRIMARY KEY (account, region, acl)
) STRICT;
