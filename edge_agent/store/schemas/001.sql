CREATE TABLE epoch (
    epoch INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    PRIMARY KEY (epoch)
);
CREATE TABLE outbox (
    position INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    occurred_at VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (position)
);
CREATE TABLE cursor (
    name VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE lane (
    id INTEGER NOT NULL,
    body VARCHAR NOT NULL,
    running BOOLEAN NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE plugin (
    name VARCHAR NOT NULL,
    registered BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    settings VARCHAR NOT NULL,
    state VARCHAR,
    PRIMARY KEY (name)
);
CREATE TABLE plugin_record (
    plugin VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    PRIMARY KEY (plugin, "key")
);
CREATE TABLE timer (
    plugin VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    due_at FLOAT NOT NULL,
    PRIMARY KEY (plugin, "key")
);
CREATE TABLE job (
    id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    created_at FLOAT NOT NULL,
    not_before FLOAT NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_job_status ON job (status);
CREATE TABLE price (
    gtin VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    unit_price INTEGER NOT NULL,
    currency VARCHAR NOT NULL,
    tax_rate VARCHAR NOT NULL,
    restriction VARCHAR,
    PRIMARY KEY (gtin)
);
CREATE TABLE employee (
    badge VARCHAR NOT NULL,
    employee_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    PRIMARY KEY (badge)
);
