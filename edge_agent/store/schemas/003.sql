ALTER TABLE epoch ADD COLUMN predecessor_epoch INTEGER;
ALTER TABLE epoch ADD COLUMN predecessor_sequence INTEGER;
ALTER TABLE epoch ADD COLUMN predecessor_hash BLOB;
ALTER TABLE epoch ADD COLUMN by_hand BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE epoch SET by_hand = (epoch > (SELECT min(epoch) FROM epoch));
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
CREATE TABLE commit_token (
    id INTEGER NOT NULL,
    token BLOB NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO pruned
    SELECT 1, position - 1, epoch, sequence - 1, previous_hash FROM outbox
    WHERE position > 1 AND position = (SELECT min(position) FROM outbox)
