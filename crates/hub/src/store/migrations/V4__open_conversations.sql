-- Open conversations of a channel, the newest message first: what a client asks for before everything else.
CREATE INDEX conversation_open ON entity (scope, coalesce(json_extract(row, '$.last_message.pos'), 0), id)
    WHERE kind = 'conversation' AND json_extract(row, '$.closed') IS NULL;
