#!/usr/bin/env bash
# Installs the edge worker on a Jetson TX2 (JetPack 4.6) as a container and a service. Its system is too old to run the
# worker itself (glibc 2.27), so Docker is all that it needs; the image is built on the board. Not run on a Jetson yet.
set -euo pipefail
# shellcheck source=deploy/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/../steps.sh"

CONTROL_URL=''
CODE=''
DEVICE_URL=''
# Older ones answer clone3 by EPERM, and no thread starts under the container's glibc (moby issue 42680).
DOCKER_MIN='20.10.10'
# What Node's official arm64 builds are made for (BUILDING.md); JetPack 4.6 has 4.9.
KERNEL_MIN='4.18'

while [ $# -gt 0 ]; do
  case $1 in
    --control-url) CONTROL_URL=${2:?} && shift 2 ;;
    --enrol-code) CODE=${2:?} && shift 2 ;;
    --device-url) DEVICE_URL=${2:?} && shift 2 ;;
    --root) mkdir -p "${2:?}" && ROOT_DIR=$(cd "$2" && pwd) && shift 2 ;;
    --dry-run) DRY_RUN=1 && shift ;;
    *)
      printf 'sudo deploy/jetson/install.sh --control-url URL --enrol-code CODE --device-url URL [--root DIR] [--dry-run]\n' >&2
      exit 2
      ;;
  esac
done

check_docker() {
  local version kernel
  version=$(docker version --format '{{.Server.Version}}' 2>/dev/null) || version=''
  kernel=$(uname -r)
  if [ -n "$ROOT_DIR" ] || [ "$DRY_RUN" = 1 ]; then
    say "machine: $(uname -m), kernel $kernel, Docker ${version:-not running}"
    return
  fi
  [ "$(uname -m)" = aarch64 ] || say "! this is no ARM board ($(uname -m)): fine for a trial"
  [ -n "$version" ] || fail 'Docker does not answer, expected a running daemon'
  at_least "${version%%[-+]*}" "$DOCKER_MIN" ||
    fail "Docker is $version, expected at least $DOCKER_MIN: apt-get install docker.io"
  at_least "${kernel%%-*}" "$KERNEL_MIN" ||
    say "! kernel is $kernel; Node is built for $KERNEL_MIN or newer and may not run: then the board cannot be the edge"
}

need_root
check_docker
if [ ! -e "$ROOT_DIR$SETTINGS/tx2.env" ]; then
  for value in "$CONTROL_URL" "$CODE" "$DEVICE_URL"; do
    [ -n "$value" ] || fail 'settings are missing, expected --control-url, --enrol-code and --device-url'
  done
fi
step 'create the folders' mkdir -p "$ROOT_DIR$SETTINGS" "$ROOT_DIR$UNITS"
system_step 'build the image (minutes, for its packages)' \
  env DOCKER_BUILDKIT=1 docker build -f "$SOURCE/deploy/jetson/Dockerfile" -t tandem-edge "$SOURCE"
SETTINGS_OWNER=root:root write_settings tx2.env <<TEXT
TANDEM_CONTROL_URL=$CONTROL_URL
TANDEM_ENROL_CODE=$CODE
TANDEM_DEVICE_URL=$DEVICE_URL
LOG_LEVEL=info
TEXT
step 'install tandem-tx2.service' cp "$SOURCE/deploy/jetson/tandem-tx2.service" "$ROOT_DIR$UNITS/"
start_unit tandem-tx2.service
say 'Installed. See it work: journalctl -u tandem-tx2 -f'
