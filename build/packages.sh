# Sourced by ./run and ./test: asks for system packages, installs what is missing when it may, else says what to type.
#
#   wants PACKAGE[|OTHER NAME] TEST...     remembers the package when TEST fails
#   install_wanted                         installs everything remembered

packages_wanted=()

wants() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages_wanted+=("$package")
}

has_program() { command -v "$1" || [ -x "/usr/sbin/$1" ] || [ -x "/usr/bin/$1" ]; }
has_library() { [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) == *"$1"* ]]; }
has_postgres() { command -v pg_ctl || compgen -G '/usr/lib/postgresql/*/bin/pg_ctl'; }
# Debian's own Python: its packages are installed for no other.
has_python_module() { /usr/bin/python3 -c "import $1"; }
has_font_for() { [ -n "$(fc-list ":lang=$1")" ]; }

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

needs_sdk() {
  has_program dotnet >/dev/null || fail "Madang is built with the .NET 10 SDK, which is not on PATH: https://dotnet.microsoft.com/download"
  has_program node >/dev/null || fail "Madang's pages are bundled with Node 20 or newer, which is not on PATH: https://nodejs.org"
}

install_wanted() {
  [ ${#packages_wanted[@]} -gt 0 ] || return 0
  local as_root
  if ! command -v apt-get >/dev/null; then
    fail "Please install what these Debian packages hold, then try again: ${packages_wanted[*]}"
  elif [ "$(id -u)" = 0 ]; then
    as_root=()
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    fail "Some system packages are missing. Type this, then try again:" \
      $'\n\n' " sudo apt-get install --no-install-recommends ${packages_wanted[*]%%|*}" $'\n'
  fi
  say "Installing ${packages_wanted[*]%%|*} ..."
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 bash -euo pipefail -c "$install_as_root" install "${packages_wanted[@]}" >&2 \
    || fail "apt-get could not install the packages; its messages are above."
  packages_wanted=()
}

# Programs are all we want from the packages: no server may start, now or at the next boot, nor a database cluster be made.
# shellcheck disable=SC2016
install_as_root='
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap "rm -f $policy" EXIT
    printf "#!/bin/sh\nexit 101\n" >$policy
    chmod 755 $policy
  fi
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  fi

  apt-get update -qq
  chosen=()
  for names in "$@"; do
    for name in ${names//|/ }; do
      if apt-cache show "$name" >/dev/null 2>&1; then
        break
      fi
    done
    chosen+=("$name")
  done
  apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${chosen[@]}"

  if [ -d /run/systemd/system ]; then
    dpkg -L "${chosen[@]}" | sed -n "s,.*/systemd/system/\([^/@]*\.service\)$,\1,p" | xargs -r systemctl disable --quiet || true
  fi
'
