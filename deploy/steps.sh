# What the installers share: options, checks of the machine, and steps that are either done or told (--dry-run).
# With --root DIR everything is written below DIR and nothing of the running system is touched: no user, no systemd.
# A step may be done again at any time; what an earlier run has done is found and kept. Sourced by bash.
# shellcheck shell=bash

# What is installed is read by the service's user, whatever root's own habit is.
umask 022

ROOT_DIR=''
DRY_RUN=0
MODULES=''

# Where things lie; the units name the same places.
APP=/opt/tandem
STATE=/var/lib/tandem
SETTINGS=/etc/tandem
UNITS=/etc/systemd/system
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

NODE_MIN='20.19'
# onnxruntime-node, and the official builds of Node themselves.
GLIBC_MIN='2.28'
# workerd; below it, and on kernels with 39-bit addresses, functions run in a thread.
GLIBC_WORKERD='2.35'

say() { printf '%s\n' "$*"; }
fail() {
  printf 'Cannot install: %s\n' "$*" >&2
  exit 1
}

# step TEXT COMMAND...
step() {
  local text=$1
  shift
  if [ "$DRY_RUN" = 1 ]; then
    say "would: $text"
    say "       $*"
  else
    say "- $text"
    "$@"
  fi
}

# Only where the running system is meant.
system_step() {
  if [ -n "$ROOT_DIR" ]; then
    say "left out under --root: $1"
  else
    step "$@"
  fi
}

at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# in_a_home FILE: under the home of the one who runs this, of the superuser or of a person (by login.defs: from 1000 on,
# less what is handed out to nobody), which ProtectHome= hides from the services.
in_a_home() {
  local home
  while IFS= read -r home; do
    home=${home%/}
    case $1 in
      "${home:-none}"/*) return 0 ;;
    esac
  done < <(
    printf '%s\n' "${HOME:-}"
    getent passwd | awk -F: '$3 == 0 || ($3 >= 1000 && $3 < 60000) { print $6 }'
  )
  return 1
}

check_machine() {
  local arch bits glibc node version
  arch=$(uname -m)
  bits=$(getconf LONG_BIT)
  case $arch in
    aarch64) ;;
    x86_64) say "! this is no ARM board ($arch): fine for a trial" ;;
    *) fail "processor is $arch, expected aarch64: ONNX Runtime has no 32-bit build, so install the 64-bit system" ;;
  esac
  [ "$bits" = 64 ] ||
    fail "system is $bits-bit on a 64-bit kernel, expected 64-bit: flash the 64-bit image of Raspberry Pi OS"
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | awk '{print $2}')
  [ -n "$glibc" ] || fail 'the C library is not glibc, expected glibc: there is no build for musl'
  at_least "$glibc" "$GLIBC_MIN" ||
    fail "glibc is $glibc, expected at least $GLIBC_MIN: use the container (deploy/jetson), or a newer system"
  at_least "$glibc" "$GLIBC_WORKERD" ||
    say "! glibc is $glibc, below $GLIBC_WORKERD: workerd will not run, functions get a thread without isolation"
  node=$(command -v node) || fail "node is not there, expected Node $NODE_MIN or newer"
  version=$(node -p 'process.versions.node')
  at_least "$version" "$NODE_MIN" || fail "Node is $version, expected at least $NODE_MIN"
  if [ -z "$ROOT_DIR" ] && in_a_home "$(readlink -f "$node")"; then
    fail "node is at $node, expected a place outside of home folders: the service cannot see those"
  fi
  NODE_BIN=$node
  say "machine: $arch, glibc $glibc, Node $version at $node"
}

need_root() {
  [ "$DRY_RUN" = 1 ] || [ -n "$ROOT_DIR" ] || [ "$(id -u)" = 0 ] || fail 'not run by root, expected sudo'
}

make_user() {
  if id tandem >/dev/null 2>&1; then
    say '- user tandem exists'
  else
    system_step 'create the system user tandem' \
      useradd --system --user-group --home-dir "$STATE" --no-create-home --shell /usr/sbin/nologin tandem
  fi
}

make_folders() {
  step 'create the folders' mkdir -p "$ROOT_DIR$APP" "$ROOT_DIR$STATE" "$ROOT_DIR$SETTINGS" "$ROOT_DIR$UNITS"
  step 'keep the state for the service alone' chmod 750 "$ROOT_DIR$STATE"
  system_step 'give it to the user' chown tandem:tandem "$STATE"
}

# copy_app FOLDER...: the named folders and what npm needs. Beside and then in place, so that a copy that breaks off
# leaves the old one whole.
copy_app() {
  step "copy $* to $APP" replace_app "$@"
}

replace_app() {
  local to="$ROOT_DIR$APP" folder
  for folder in "$@" package.json package-lock.json .npmrc; do
    rm -rf "$to/.new-$folder"
    cp -R "$SOURCE/$folder" "$to/.new-$folder"
    rm -rf "${to:?}/$folder"
    mv "$to/.new-$folder" "$to/$folder"
  done
}

install_packages() {
  if [ -n "$MODULES" ]; then
    step "link the packages of $MODULES" ln -sfn "$MODULES" "$ROOT_DIR$APP/node_modules"
  else
    step 'install the packages that the lock file names (minutes on a board)' \
      npm ci --omit=dev --no-audit --no-fund --prefix "$ROOT_DIR$APP"
  fi
}

# The service could not write where its programs lie.
prepare_programs() {
  step "bundle $*" in_app node platform/launch/prepare.mjs "$@" ||
    say '! they could not be bundled, and start more slowly'
}

in_app() { (cd "$ROOT_DIR$APP" && "$@"); }

# Which driver the worker will choose: the same question as its own (workers/host/choose-host.ts).
tell_driver() {
  local binary
  if [ "$DRY_RUN" = 1 ]; then
    say 'would: ask workerd for its version, to tell which driver functions get'
    return
  fi
  binary=$(cd "$ROOT_DIR$APP" && node -p "require('workerd').default" 2>/dev/null) || binary=''
  if [ -n "$binary" ] && env -i "$binary" --version >/dev/null 2>&1; then
    say "- function driver: workerd ($(env -i "$binary" --version))"
  else
    say '! function driver: thread. workerd does not run here: a kernel with 39-bit addresses (Raspberry Pi OS on Pi 3'
    say '  and 4), or an old glibc. A thread isolates nothing: deploy only functions that you trust.'
  fi
}

# write_settings FILE: from stdin; an existing one is the owner's and is kept.
write_settings() {
  local file="$ROOT_DIR$SETTINGS/$1" content
  content=$(cat)
  if [ -e "$file" ]; then
    say "- $file exists and is kept"
  elif [ "$DRY_RUN" = 1 ]; then
    say "would: write $file:"
    say "$content" | sed -E 's/^(TANDEM_ENROL_CODE=).+/\1(the code)/; s/^/       /'
  else
    say "- write $file"
    (umask 027 && say "$content" >"$file")
    [ -n "$ROOT_DIR" ] || chown "${SETTINGS_OWNER:-root:tandem}" "$file"
  fi
}

# install_unit FILE: with the path of this machine's node.
install_unit() {
  local unit
  unit=$(basename "$1")
  step "install $unit" put_unit "$1" "$ROOT_DIR$UNITS/$unit"
  # Restarts that wait longer each time: systemd knows that since 254 (Raspberry Pi OS bookworm has 252).
  if [ "$(systemd_version)" -ge 254 ]; then
    step 'let restarts wait longer each time' put_backoff "$ROOT_DIR$UNITS/$unit.d"
  fi
}

put_unit() { sed "s|^ExecStart=/usr/bin/node |ExecStart=$NODE_BIN |" "$1" >"$2"; }

put_backoff() {
  mkdir -p "$1"
  printf '[Service]\nRestartSteps=6\nRestartMaxDelaySec=60\n' >"$1/backoff.conf"
}

systemd_version() { systemctl --version 2>/dev/null | awk 'NR == 1 {print $2}' | grep . || echo 0; }

start_unit() {
  system_step 'read the units again' systemctl daemon-reload
  system_step "start $1 at each boot" systemctl enable "$1"
  system_step "start $1, again where it runs" systemctl restart "$1"
}
