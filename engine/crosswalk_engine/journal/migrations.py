"""Numbered migrations of the journal: each runs once, in one transaction, oldest first."""

import sqlite3

from crosswalk_engine.errors import ConfigError

_V1 = """
create table event(
  id integer primary key,
  flow text not null,
  record text not null,
  origin text not null,
  dedupe text not null unique,
  raised_at real not null,
  received_at real not null,
  state text not null,
  attempts integer not null default 0,
  due real not null,
  version integer,
  release text,
  code text,
  reason text,
  finished_at real
);
create index event_ready on event(flow, due) where state in ('pending', 'retry', 'waiting');
create index event_open on event(flow, record, id) where state in ('pending', 'retry', 'waiting', 'working');
create index event_state on event(state, code);
create index event_record on event(record);
create table input(
  event integer primary key references event(id),
  document blob not null,
  related blob not null
);
create table effect(
  id integer primary key,
  event integer not null references event(id),
  flow text not null,
  step text not null,
  record text not null,
  natural_key text not null,
  idempotency text not null unique,
  request blob not null,
  state text not null,
  attempts integer not null default 0,
  due real not null,
  progress text,
  target_key text,
  code text,
  reason text,
  created_at real not null,
  finished_at real
);
create index effect_open on effect(step, due) where state in ('queued', 'intent');
create index effect_record on effect(flow, record, step);
create index effect_event on effect(event);
create table delivery(
  flow text not null,
  record text not null,
  target_key text not null,
  output blob not null,
  digest text not null,
  version integer,
  at real not null,
  primary key(flow, record)
);
create table id_map(
  entity text not null,
  source_key text not null,
  target_key text not null,
  at real not null,
  primary key(entity, source_key)
);
create index id_map_target on id_map(entity, target_key);
create table cursor(name text primary key, value text not null);
create table audit(
  seq integer primary key,
  at real not null,
  event integer,
  record text,
  action text not null,
  detail text not null,
  release text,
  previous text not null,
  hash text not null
);
create index audit_event on audit(event);
create index audit_record on audit(record);
create trigger audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end;
create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end;
"""

# The inputs of schema 1 stay where they are: a journal may hold millions, and a start must not take minutes.
_V2 = """
alter table input rename to input_v1;
create table related_version(
  id integer primary key,
  hash blob not null unique,
  entity text not null,
  key text not null,
  body blob not null
);
create table input(
  id integer primary key,
  event integer not null references event(id),
  step text not null,
  at real not null,
  document blob not null,
  related text not null
);
create index input_event on input(event, step);
alter table effect add column input integer references input(id);
alter table effect add column answers text;
create index effect_input on effect(input) where input is not null;
"""

#: Migration n brings `user_version` from n - 1 to n.
MIGRATIONS: tuple[str, ...] = (_V1, _V2)


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the journal at `path` to this engine's schema.

    Raises:
        ConfigError: CW-JOURNAL-NEWER when a newer engine wrote it; nothing is changed then.
    """
    found = _schema(connection)
    if found > len(MIGRATIONS):
        raise _newer(path, found)
    if found == 0 and connection.execute("select 1 from sqlite_master limit 1").fetchone():
        raise ConfigError(
            "CW-JOURNAL-OPEN",
            "this database belongs to another program",
            where=path,
            expected="a journal written by this engine, or no file",
            fix="name another journal in engine.yaml",
        )
    for number, script in enumerate(MIGRATIONS[found:], start=found + 1):
        # executescript commits by itself, so the transaction stands inside the script.
        try:
            connection.executescript(f"begin immediate;\n{script}\npragma user_version={number};\ncommit;")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise


def check_schema(reader: sqlite3.Connection, path: str) -> None:
    """Refuse to read a journal of another schema than this engine's; what is no journal is for others to say.

    Raises:
        ConfigError: CW-JOURNAL-OLDER or CW-JOURNAL-NEWER.
    """
    found = _schema(reader)
    if found > len(MIGRATIONS):
        raise _newer(path, found)
    if 0 < found < len(MIGRATIONS):
        raise ConfigError(
            "CW-JOURNAL-OLDER",
            "this journal was written by an older engine",
            where=path,
            got=f"schema {found}",
            expected=f"schema {len(MIGRATIONS)}",
            fix="start the engine once: it brings its journal to its own schema",
        )


def _schema(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _newer(path: str, found: int) -> ConfigError:
    return ConfigError(
        "CW-JOURNAL-NEWER",
        "this journal was written by a newer engine",
        where=path,
        got=f"schema {found}",
        expected=f"schema {len(MIGRATIONS)} or older",
        fix="run the newer engine, or restore the backup made before the upgrade",
    )
