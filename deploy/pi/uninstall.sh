#!/usr/bin/env bash
# Takes the local worker away. Keeps what only this board has, its identity and settings, unless --purge is given:
# after that it must be enrolled anew, and the control plane still lists it until it is revoked there.
set -euo pipefail
# shellcheck source=deploy/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/../steps.sh"

PURGE=0
while [ $# -gt 0 ]; do
  case $1 in
    --purge) PURGE=1 && shift ;;
    --root) ROOT_DIR=$(cd "${2:?}" && pwd) && shift 2 ;;
    --dry-run) DRY_RUN=1 && shift ;;
    *) printf 'sudo deploy/pi/uninstall.sh [--purge] [--root DIR] [--dry-run]\n' >&2 && exit 2 ;;
  esac
done

need_root
if [ -e "$ROOT_DIR$UNITS/tandem-pi.service" ]; then
  system_step 'stop the service' systemctl disable --now tandem-pi.service
fi
step 'remove the unit' rm -rf "$ROOT_DIR$UNITS/tandem-pi.service" "$ROOT_DIR$UNITS/tandem-pi.service.d"
system_step 'read the units again' systemctl daemon-reload
if [ -e "$ROOT_DIR$UNITS/tandem-control.service" ]; then
  say "- the control plane lives in $APP as well: it stays"
else
  step 'remove the program' rm -rf "$ROOT_DIR$APP"
fi
if [ "$PURGE" = 1 ]; then
  step 'remove identity, models and settings' rm -rf "${ROOT_DIR}$STATE/pi" "$ROOT_DIR$SETTINGS/pi.env"
else
  say "- identity and settings stay: $STATE/pi, $SETTINGS/pi.env (--purge removes them)"
fi
