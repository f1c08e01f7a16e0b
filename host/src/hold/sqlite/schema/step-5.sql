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

-- Changes: AWS's number of the request. NULL: no answer came, or the change is older than this column.
ALTER TABLE changes ADD COLUMN request TEXT;
