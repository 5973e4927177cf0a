# Sourced by scripts/test: the programs of PostgreSQL for the private server that the tests start themselves. They are
# installed where that is nobody's decision but ours (CI, as root on Debian); elsewhere the tests say what they skip.
# shellcheck shell=sh

have_postgres() {
    [ -n "${KEFU_TEST_POSTGRES_URL:-}" ] && return
    command -v initdb >/dev/null && command -v postgres >/dev/null && return
    for folder in /usr/lib/postgresql/*/bin; do
        [ ! -x "$folder/initdb" ] || return 0
    done
    return 1
}

find_postgres() {
    have_postgres && return
    [ "${CI:-}" = true ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        die "CI needs PostgreSQL: install its server, or name one: KEFU_TEST_POSTGRES_URL=postgresql://…"
    fi
    quietly apt-get update
    DEBIAN_FRONTEND=noninteractive && export DEBIAN_FRONTEND
    quietly apt-get install -y --no-install-recommends postgresql-common
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf # no server but that of the tests
    quietly apt-get install -y --no-install-recommends postgresql
}
