-- Targets: not only network ACLs, but instances and security groups.
ALTER TABLE holds RENAME COLUMN acl TO resource;
ALTER TABLE changes RENAME COLUMN acl TO resource;
ALTER TABLE own_entries RENAME COLUMN acl TO resource;
ALTER TABLE targets RENAME COLUMN acl TO resource;
ALTER TABLE spared RENAME COLUMN acl TO resource;
ALTER TABLE leases RENAME COLUMN acl TO resource;

-- Holds: a remedy that is no denial is kept whole. Its subject stands in the place of the prefix; it has no addresses and no direction.
ALTER TABLE holds RENAME COLUMN prefix TO subject;
ALTER TABLE holds ADD COLUMN remedy TEXT;   -- NULL: the subject is denied

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
