#!/usr/bin/env bash
# Installs the local worker on a Raspberry Pi with the 64-bit Raspberry Pi OS (or any Debian-like 64-bit Linux), as a
# service of its own user. Run from a checkout, as often as you like: an update is the same command on a newer checkout.
set -euo pipefail
# shellcheck source=deploy/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/../steps.sh"

CONTROL_URL=''
CODE=''
DEVICE_URL=''

usage() {
  cat <<TEXT
sudo deploy/pi/install.sh --control-url URL [--enrol-code CODE] [--device-url URL]
                          [--modules DIR] [--root DIR] [--dry-run]

  --control-url  where the control plane answers, e.g. http://control.local:7400
  --enrol-code   one-time code of \`tandem devices enrol NAME --tier local\`; asked for where it is left out
  --device-url   how others reach this board; http://$(hostname).local:7401 where it is left out
  --modules      a folder of installed packages to link, for boards without internet
  --root         write below this folder and touch nothing else
  --dry-run      tell every step, do none
TEXT
}

while [ $# -gt 0 ]; do
  case $1 in
    --control-url) CONTROL_URL=${2:?} && shift 2 ;;
    --enrol-code) CODE=${2:?} && shift 2 ;;
    --device-url) DEVICE_URL=${2:?} && shift 2 ;;
    --modules) MODULES=$(cd "${2:?}" && pwd) && shift 2 ;;
    --root) mkdir -p "${2:?}" && ROOT_DIR=$(cd "$2" && pwd) && shift 2 ;;
    --dry-run) DRY_RUN=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done

IS_NEW=1
[ ! -e "$ROOT_DIR$SETTINGS/pi.env" ] || IS_NEW=0
if [ "$IS_NEW" = 1 ]; then
  [ -n "$CONTROL_URL" ] || fail 'no control plane is named, expected --control-url URL'
  if [ -z "$CODE" ] && [ -t 0 ] && [ "$DRY_RUN" = 0 ]; then
    read -r -p 'One-time code (tandem devices enrol NAME --tier local): ' CODE
  fi
  [ -n "$CODE" ] || [ "$DRY_RUN" = 1 ] || fail 'no one-time code is given, expected --enrol-code CODE'
fi

need_root
check_machine
make_user
make_folders
copy_app contract core platform vision workers docs
install_packages
prepare_programs workers/pi/main.ts
tell_driver
write_settings pi.env <<TEXT
# Settings of the local worker (workers/config.ts has them all). Kept by updates.
TANDEM_CONTROL_URL=$CONTROL_URL
# Needed at the first start only; may be deleted after it.
TANDEM_ENROL_CODE=$CODE
TANDEM_DEVICE_HOME=$STATE/pi
TANDEM_HOST=0.0.0.0
TANDEM_PI_PORT=7401
TANDEM_DEVICE_URL=${DEVICE_URL:-http://$(hostname).local:7401}
LOG_LEVEL=info
TEXT
install_unit "$SOURCE/deploy/pi/tandem-pi.service"
start_unit tandem-pi.service
say 'Installed. See it work: journalctl -u tandem-pi -f'
