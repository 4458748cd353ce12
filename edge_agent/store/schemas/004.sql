CREATE TABLE lane_snapshot (
    position INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    PRIMARY KEY (position)
);
INSERT INTO lane_snapshot
    SELECT
        coalesce(
            (SELECT max(position) FROM outbox), (SELECT max(position) FROM pruned), 0
        ),
        json_set(body, '$.running', json(iif(running, 'true', 'false')))
    FROM lane;
DROP TABLE lane
