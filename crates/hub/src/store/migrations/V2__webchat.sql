-- Browsers that have written in a chat box. Only the hash of a session's token is kept.
CREATE TABLE visitor_session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    -- The address of its conversations: a session is a visitor.
    visitor BLOB NOT NULL,
    channel BLOB NOT NULL,
    -- Origin of the page that the chat box stood on.
    site TEXT NOT NULL,
    -- What the page says the visitor is called; nobody has verified it.
    name TEXT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The conversations of a visitor, and the channel behind a public id: found without a table to be kept in step.
CREATE INDEX conversation_of_address ON entity (json_extract(row, '$.address.value')) WHERE kind = 'conversation';
CREATE INDEX channel_by_public_id ON entity (json_extract(row, '$.webchat.public_id')) WHERE kind = 'channel';
