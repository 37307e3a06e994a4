#!/usr/bin/env bash
# A strict S3 server by another project, for the tests of the object store:
#
#   scripts/s3-server.sh start DIR     install what is missing (as root), start, print the settings as KEY=value lines
#   scripts/s3-server.sh status DIR    print the settings and exit 0 when it answers, else exit 1
#   scripts/s3-server.sh stop DIR      end every process that was started; the stored objects stay
#   scripts/s3-server.sh reset DIR     stop, and delete the stored objects, the settings and the logs
#
#   env $(scripts/s3-server.sh start /var/tmp/s3) npm run test:s3; scripts/s3-server.sh stop /var/tmp/s3
#
# It is OpenStack Swift with its s3api and tempauth, on Debian: four processes of about 70 MB, one replica, loopback
# only, everything below DIR, which must be on a file system with user xattrs (ext4, xfs, btrfs). Debian 12's
# Swift 2.30 does not support the checksums of current clients, so Debian 13's package, which is plain Python, is
# unpacked into DIR/lib; its dependencies are installed from Debian 12.
set -euo pipefail

PYTHON=/usr/bin/python3 # Debian's own: others do not find Debian's modules
DEPENDENCIES='python3-swift python3-dnspython libisal2'
NEWER=trixie
SERVERS='object container account proxy'
ACCOUNT=test USER_NAME=tester SECRET=testing-secret REGION=us-east-1
HELPERS=$(cd "$(dirname "$0")" && pwd -P)/s3-server

say() { printf 's3-server: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
usage() { sed -n '2,/^set -e/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2; }

verb=${1:-}
case $verb in start | status | stop | reset) ;; *) usage ;; esac
[ -n "${2:-}" ] || usage
if [ "$verb" = start ]; then mkdir -p "$2"; fi
if [ ! -d "$2" ]; then [ "$verb" = status ] && exit 1 || exit 0; fi
DIR=$(cd "$2" && pwd -P)
ETC=$DIR/etc RUN=$DIR/run LOG=$DIR/log SRV=$DIR/srv LIB=$DIR/lib SETTINGS=$DIR/s3.env
export PYTHONPATH=$LIB/usr/lib/python3/dist-packages

# ---- Installation -----------------------------------------------------------------------------------------------

# Checks for the modules without importing them, because an import of Swift takes a second.
has_dependencies() {
  "$PYTHON" -c 'import importlib.util, sys
sys.exit(not all(map(importlib.util.find_spec, ("eventlet", "xattr", "pyeclib", "lxml", "dns"))))'
}
imports() { "$PYTHON" -c 'import swift.proxy.server, swift.obj.server, swift.common.middleware.s3api.s3api'; }
version() { "$PYTHON" -c 'import swift; print(swift.__version__)'; }

install_dependencies() {
  if has_dependencies; then return; fi
  [ "$(id -u)" = 0 ] || die "as root: apt-get install --no-install-recommends $DEPENDENCIES"
  say "installing $DEPENDENCIES"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >&2
  # shellcheck disable=SC2086 # these are words
  apt-get -qq -y --no-install-recommends install $DEPENDENCIES >&2 </dev/null
}

unpack_newer() {
  if [ -d "$PYTHONPATH/swift" ]; then return; fi
  say "unpacking $NEWER's python3-swift into $LIB"
  local apt=$DIR/apt mirror
  mirror=$(apt-cache policy | sed -n 's|.* \(https\{0,1\}://[^ ]*/debian/\{0,1\}\) .*|\1|p' | head -n 1)
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$LIB"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $NEWER main" >"$apt/sources.list"
  # Uses separate lists and packages, so that the machine's own apt never sees the newer release.
  local get=(apt-get -qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User= -o Debug::NoLocking=1
    -o Acquire::Languages=none)
  "${get[@]}" update >&2
  (cd "$apt" && "${get[@]}" download python3-swift >&2)
  dpkg -x "$apt"/python3-swift_*.deb "$LIB"
  rm -rf "$apt"
  imports || die "$NEWER's python3-swift does not run here"
}

# ---- Configuration ----------------------------------------------------------------------------------------------

configure() {
  mkdir -p "$ETC" "$LOG" "$RUN" "$SRV/d1"
  "$PYTHON" -c 'import os, sys; os.setxattr(sys.argv[1], "user.probe", b"1")' "$SRV/d1" 2>/dev/null ||
    die "the file system of $DIR has no user xattrs, which Swift needs"
  [ -f "$ETC/ports" ] || free_ports >"$ETC/ports"
  [ -f "$ETC/swift.conf" ] || swift_conf >"$ETC/swift.conf"
  local server
  for server in object container account; do storage_conf "$server" >"$ETC/$server-server.conf"; done
  proxy_conf >"$ETC/proxy-server.conf"
  [ -f "$ETC/object.ring.gz" ] || "$PYTHON" "$HELPERS/launch.py" rings "$ETC/swift.conf"
  settings >"$SETTINGS"
}

free_ports() {
  "$PYTHON" - $SERVERS <<'PY'
import socket, sys
sockets = [(name, socket.create_server(('127.0.0.1', 0))) for name in sys.argv[1:]]
for name, opened in sockets: print('%s=%d' % (name, opened.getsockname()[1]))
PY
}
port() { sed -n "s/^$1=//p" "$ETC/ports"; }
random_hex() { od -An -N8 -tx1 /dev/urandom | tr -d ' \n'; }

settings() {
  cat <<CONF
S3_ENDPOINT=http://127.0.0.1:$(port proxy)
S3_REGION=$REGION
S3_ACCESS_KEY_ID=$ACCOUNT:$USER_NAME
S3_SECRET_ACCESS_KEY=$SECRET
S3_SERVER=swift-$(version)
CONF
}

swift_conf() {
  cat <<CONF
[swift-hash]
swift_hash_path_prefix = $(random_hex)
swift_hash_path_suffix = $(random_hex)
[storage-policy:0]
name = one
default = yes
CONF
}

common_conf() {
  cat <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $(port "$1")
user = $(id -un)
swift_dir = $ETC
workers = 0
log_level = WARNING
CONF
}

storage_conf() {
  common_conf "$1"
  cat <<CONF
devices = $SRV
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
[pipeline:main]
pipeline = healthcheck $1-server
[app:$1-server]
use = egg:swift#$1
log_requests = false
[filter:healthcheck]
use = egg:swift#healthcheck
CONF
}

proxy_conf() {
  common_conf proxy
  cat <<CONF
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:cache]
use = call:dict_cache:filter_factory
[filter:s3api]
use = egg:swift#s3api
location = $REGION
max_upload_part_num = 10000
[filter:tempauth]
use = egg:swift#tempauth
user_${ACCOUNT}_${USER_NAME} = $SECRET .admin
[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
allow_async_delete = false
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
CONF
  local filter
  for filter in catch_errors gatekeeper healthcheck listing_formats bulk copy dlo symlink; do
    printf '[filter:%s]\nuse = egg:swift#%s\n' "$filter" "$filter"
  done
}

# ---- Processes --------------------------------------------------------------------------------------------------

# Prints the process id of a server, if the command line of that process names our configuration.
pid_of() {
  local pid
  [ -s "$RUN/$1.pid" ] && pid=$(cat "$RUN/$1.pid") && [ -r "/proc/$pid/cmdline" ] || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF "$ETC/$1-server.conf" && printf '%s' "$pid"
}

all_run() { local server; for server in $SERVERS; do pid_of "$server" >/dev/null || return 1; done; }

all_answer() {
  "$PYTHON" - "$ETC/ports" 2>/dev/null <<'PY'
import sys, urllib.request
for line in open(sys.argv[1]):
    urllib.request.urlopen('http://127.0.0.1:%s/healthcheck' % line.strip().split('=')[1], timeout=3)
PY
}

is_up() { [ -f "$SETTINGS" ] && all_run && all_answer; }

start() {
  local server
  for server in $SERVERS; do
    setsid "$PYTHON" "$HELPERS/launch.py" "$server" "$ETC/$server-server.conf" \
      </dev/null >>"$LOG/$server.log" 2>&1 9>&- &
    echo $! >"$RUN/$server.pid"
  done
  sleep 0.5 # until setsid has become Python
  for _ in $(seq 120); do
    if ! all_run; then break; fi
    if all_answer; then return; fi
    sleep 0.25
  done
  for server in $SERVERS; do say "--- $server"; tail -n 15 "$LOG/$server.log" >&2; done
  stop
  die 'it did not start'
}

stop() {
  local server pid
  for server in proxy account container object; do
    if pid=$(pid_of "$server"); then
      kill -TERM "$pid" 2>/dev/null || true
      for _ in $(seq 50); do pid_of "$server" >/dev/null || break; sleep 0.1; done
      if pid=$(pid_of "$server"); then kill -KILL "$pid" 2>/dev/null || true; fi
    fi
    rm -f "$RUN/$server.pid"
  done
}

exec 9>"$DIR/.lock"
flock -w 180 9 || die "another one holds $DIR/.lock"
case $verb in
  start)
    if ! is_up; then install_dependencies; unpack_newer; stop; configure; start; fi
    cat "$SETTINGS"
    ;;
  status) is_up && cat "$SETTINGS" ;;
  stop) stop ;;
  reset) stop; rm -rf "$ETC" "$LOG" "$RUN" "$SRV" "$SETTINGS" ;;
esac
