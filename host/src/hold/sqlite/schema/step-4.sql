-- Feedback: what detectors are to be told, and were.
CREATE TABLE feedback (
    id         TEXT NOT NULL PRIMARY KEY,
    feedback   TEXT NOT NULL,
    owed       INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    state      TEXT NOT NULL,
    not_before INTEGER           -- NULL unless it waits
) STRICT, WITHOUT ROWID;

CREATE INDEX feedback_waiting ON feedback (not_before) WHERE state = 'waiting';
CREATE INDEX feedback_given_up ON feedback (owed) WHERE state = 'given-up';
CREATE INDEX feedback_over ON feedback (owed) WHERE state <> 'waiting';
