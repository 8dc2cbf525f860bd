#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, which lives in a temporary folder and ends with it.
#
#     scripts/with-postgres.sh [--socket-only] [--durable] COMMAND [ARGUMENT...]
#
# The server listens on a Unix socket, where every role may come in without a password, and, unless
# --socket-only is given, on a port of 127.0.0.1 with passwords (scram-sha-256) and TLS. It is a scratch
# server: fsync is off, unless --durable asks for a server with its default settings, as benchmarks do. Several may run at once. The exit code is the command's.
#
# The command finds in its environment:
#   PGHOST, PGPORT, PGUSER, PGDATABASE   the socket's folder, its port, the superuser, a database
#   ROOST_TEST_PG_SOCKET                 the same folder
#   ROOST_TEST_PG_TCP_PORT               the port on 127.0.0.1 (localhost)
#   ROOST_TEST_PG_PASSWORD               PGUSER's password there
#   ROOST_TEST_PG_CA                     the certificate that the server's TLS can be checked with (localhost)
#   ROOST_TEST_PG_TLS_USER               a role that the server lets in by TLS alone; same password
set -euo pipefail

fail() {
    echo "with-postgres.sh: $*" >&2
    exit 2
}

tcp=yes durable=no
while [[ ${1:-} == --* ]]; do
    case $1 in
    --socket-only) tcp=no ;;
    --durable) durable=yes ;;
    *) fail "unknown option '$1'" ;;
    esac
    shift
done
[ $# -gt 0 ] || fail "no command given; usage: $0 [--socket-only] [--durable] COMMAND [ARGUMENT...]"

bin=${ROOST_TEST_PG_BIN:-}
if [ -z "$bin" ]; then
    for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
        [ -x "$candidate/initdb" ] && bin=$candidate && break
    done
fi
[ -n "$bin" ] || fail "no PostgreSQL server found under /usr/lib/postgresql; install postgresql, or set ROOST_TEST_PG_BIN"

# initdb and postgres refuse to run as root; the package's own account takes their place then.
as_server=()
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || fail "root can't run PostgreSQL, and there is no account 'postgres' to run it"
    as_server=(runuser -u postgres --)
fi

# A socket's path has to stay below 108 bytes, which a long TMPDIR would break.
parent=${TMPDIR:-/tmp}
[ ${#parent} -le 60 ] || parent=/tmp
folder=$(mktemp -d "$parent/roost-pg.XXXXXX")
data=$folder/data
started=no
command_pid=

stop_server() {
    trap '' INT TERM HUP
    if [ "$started" = yes ]; then
        "${as_server[@]}" "$bin/pg_ctl" -D "$data" -m immediate -w -t 20 stop >/dev/null 2>&1 || true
    fi
    rm -rf -- "$folder"
}
trap stop_server EXIT
forward() {
    if [ -n "$command_pid" ]; then kill -"$1" "$command_pid" 2>/dev/null || true; else exit 130; fi
}
trap : INT # a terminal sends it to the command as well
trap 'forward TERM' TERM
trap 'forward HUP' HUP

superuser=roost
tls_user=roost_tls
password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$folder/password"
if [ "$tcp" = yes ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$folder/server.key" -out "$folder/server.crt" \
        >"$folder/openssl.log" 2>&1 || fail "openssl failed: $(tail -n 3 "$folder/openssl.log")"
    chmod 0600 "$folder/server.key"
fi
[ ${#as_server[@]} -eq 0 ] || chown -R postgres "$folder"

cd "$folder"
"${as_server[@]}" "$bin/initdb" --no-sync --no-instructions -D "$data" -U "$superuser" --pwfile="$folder/password" \
    --auth-local=trust --auth-host=scram-sha-256 --locale=C.UTF-8 -E UTF8 >"$folder/initdb.log" 2>&1 ||
    fail "initdb failed: $(tail -n 5 "$folder/initdb.log")"
cd "$OLDPWD"

cat >>"$data/postgresql.conf" <<CONF
unix_socket_directories = '$folder'
log_destination = stderr
logging_collector = off
CONF
[ $durable = yes ] || cat >>"$data/postgresql.conf" <<CONF
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 60
max_wal_size = 4GB
autovacuum = off
CONF
if [ "$tcp" = yes ]; then
    cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
ssl = on
ssl_cert_file = '$folder/server.crt'
ssl_key_file = '$folder/server.key'
CONF
    cat >"$data/pg_hba.conf" <<HBA
local   all all                     trust
hostssl all $tls_user 127.0.0.1/32 scram-sha-256
host    all $tls_user 127.0.0.1/32 reject
host    all all       127.0.0.1/32 scram-sha-256
HBA
else
    echo "listen_addresses = ''" >>"$data/postgresql.conf"
fi

# Below the ports that the kernel hands out by itself; another server may still have it, so several are tried.
started=yes # also one that is slow to start has to be stopped
for attempt in 1 2 3 4 5 6 7 8; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if "${as_server[@]}" "$bin/pg_ctl" -D "$data" -l "$folder/server.log" -o "-p $port" -w -t 60 start >/dev/null 2>&1; then
        break
    fi
    grep -q 'Address already in use' "$folder/server.log" && [ "$attempt" -lt 8 ] ||
        fail "the server didn't start: $(tail -n 5 "$folder/server.log")"
done

export PGHOST=$folder PGPORT=$port PGUSER=$superuser PGDATABASE=postgres
export ROOST_TEST_PG_SOCKET=$folder
unset PGPASSWORD PGPASSFILE PGSERVICE PGSSLMODE PGOPTIONS PGHOSTADDR PGCLIENTENCODING
if [ "$tcp" = yes ]; then
    export ROOST_TEST_PG_TCP_PORT=$port ROOST_TEST_PG_PASSWORD=$password
    export ROOST_TEST_PG_CA=$folder/server.crt ROOST_TEST_PG_TLS_USER=$tls_user
    "$bin/psql" -XqAt -c "CREATE ROLE $tls_user LOGIN PASSWORD '$password'" >/dev/null
fi
rm -f "$folder/password"

# In the background, so that a signal reaches the command and the server is stopped all the same.
(trap - INT TERM HUP EXIT && exec "$@") <&0 &
command_pid=$!
code=0
wait "$command_pid" || code=$?
while kill -0 "$command_pid" 2>/dev/null; do # a signal ended the wait, not the command
    code=0
    wait "$command_pid" || code=$?
done
exit "$code"
