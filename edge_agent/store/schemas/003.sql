ALTER TABLE epoch ADD COLUMN predecessor_epoch INTEGER;
ALTER TABLE epoch ADD COLUMN predecessor_sequence INTEGER;
ALTER TABLE epoch ADD COLUMN predecessor_hash BLOB;
ALTER TABLE cursor ADD COLUMN "partition" INTEGER;
ALTER TABLE cursor ADD COLUMN "offset" INTEGER;
CREATE TABLE pruned (
    id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE retention_mark (
    running_s FLOAT NOT NULL,
    position INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    PRIMARY KEY (running_s)
);
CREATE TABLE set_aside (
    position INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (position)
);
CREATE TABLE commit_count (
    id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO pruned
    SELECT 1, position - 1, epoch, sequence - 1, previous_hash
    FROM outbox WHERE position > 1 ORDER BY position LIMIT 1
