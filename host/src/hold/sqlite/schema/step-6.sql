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
