ALTER TABLE price ADD COLUMN sold_by VARCHAR NOT NULL DEFAULT 'each';
CREATE TABLE recall (
    gtin VARCHAR NOT NULL,
    batch VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (gtin, batch)
);
