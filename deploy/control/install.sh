#!/usr/bin/env bash
# Installs the control plane as a service, with its embedded Postgres or with the one that --database-url names. Run
# from a checkout, as often as you like. It speaks plain HTTP: put a proxy with TLS before it where the net is not yours.
set -euo pipefail
# shellcheck source=deploy/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/../steps.sh"

DATABASE_URL=''
LISTEN=127.0.0.1

while [ $# -gt 0 ]; do
  case $1 in
    --database-url) DATABASE_URL=${2:?} && shift 2 ;;
    --listen) LISTEN=${2:?} && shift 2 ;;
    --modules) MODULES=$(cd "${2:?}" && pwd) && shift 2 ;;
    --root) mkdir -p "${2:?}" && ROOT_DIR=$(cd "$2" && pwd) && shift 2 ;;
    --dry-run) DRY_RUN=1 && shift ;;
    *)
      printf 'sudo deploy/control/install.sh [--database-url URL] [--listen ADDRESS] [--modules DIR] [--root DIR] [--dry-run]\n' >&2
      exit 2
      ;;
  esac
done

# What npm cannot pack is made when the embedded Postgres is first asked for; the service could not write it there.
prepare_postgres() {
  (cd "$ROOT_DIR$APP" && node --import tsx --input-type=module --eval \
    "(await import('./db/embedded-postgres/native-binaries.ts')).nativeBinaries()")
}

need_root
check_machine
make_user
make_folders
copy_app contract core platform vision workers functions db migrations admin bin docs
install_packages
prepare_programs admin/main.ts admin/jobs/main.ts admin/database/main.ts
[ -n "$DATABASE_URL" ] || step 'make the embedded Postgres ready' prepare_postgres
write_settings control.env <<TEXT
# Settings of the control plane (admin/config.ts has them all). Kept by updates.
TANDEM_HOME=$STATE/control
TANDEM_HOST=$LISTEN
TANDEM_PORT=7400
${DATABASE_URL:+DATABASE_URL=$DATABASE_URL}
LOG_LEVEL=info
TEXT
install_unit "$SOURCE/deploy/control/tandem-control.service"
start_unit tandem-control.service
say "Installed. The admin key: $STATE/control/admin.key; see it work: journalctl -u tandem-control -f"
