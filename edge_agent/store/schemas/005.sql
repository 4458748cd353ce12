CREATE TABLE plugin_state (
    plugin VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (plugin, "key")
);
CREATE INDEX ix_plugin_state_position ON plugin_state (plugin, position);
INSERT INTO plugin_state SELECT name, '', state, 0 FROM plugin WHERE state IS NOT NULL;
CREATE TABLE plugin_without_state (
    name VARCHAR NOT NULL,
    registered BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    settings VARCHAR NOT NULL,
    state_version INTEGER NOT NULL,
    PRIMARY KEY (name)
);
INSERT INTO plugin_without_state SELECT name, registered, enabled, settings, 1 FROM plugin;
DROP TABLE plugin;
ALTER TABLE plugin_without_state RENAME TO plugin
