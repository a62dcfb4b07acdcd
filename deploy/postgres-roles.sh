#!/bin/sh
# Runs once, on an empty volume: one role for Temporal and one for Tideover, neither can read the other's tables.
set -eu

SECRETS=${SECRETS:-/run/secrets}
export SECRETS

# psql reads the passwords itself: no command line and no log shows them.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\set temporal_password `cat "$SECRETS/temporal_password"`
\set tideover_password `cat "$SECRETS/tideover_password"`
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal_password';
CREATE ROLE tideover LOGIN PASSWORD :'tideover_password';
CREATE DATABASE tideover OWNER tideover;
REVOKE CONNECT ON DATABASE tideover FROM PUBLIC;
SQL
