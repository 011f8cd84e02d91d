# Sourced by demo, test and .ci/run: the Debian packages that Bitline needs, and how they get here.
# Plain sh, and nothing beyond what a bare Debian has.

# shellcheck shell=sh disable=SC2034  # the lists are used where this file is sourced

# The Debian release whose packages are taken: this one, or what BITLINE_DEBIAN says; empty elsewhere.
# shellcheck disable=SC1091  # every system has a file of its own there
debian=${BITLINE_DEBIAN:-$( (. /etc/os-release && [ "$ID" = debian ] && echo "${VERSION_ID:-}") 2>/dev/null || true)}
case $debian in 12) clang=14 ;; *) clang=19 ;; esac

# One package a line, and what it is for. HACKING.md argues each choice.
build_packages='
g++ compiler
cmake build description
ninja-build build runner
pkg-config finds libzip and TurboJPEG
libtorch-dev training and float layers
libopenblas0-pthread fast matrix products for LibTorch
libcli11-dev command line
libtomlplusplus-dev configuration files
nlohmann-json3-dev plans and networks
libfmt-dev messages
libhwy-dev vector instructions
libssl-dev checksums
zlib1g-dev compressed datasets
libzip-dev NPZ files
libonnx-dev ONNX files
libprotobuf-dev ONNX files
libturbojpeg0-dev JPEG pictures
libpng-dev PNG pictures
libcurl4-openssl-dev downloads of datasets
libarchive-dev archives of datasets
'
# What ./test needs beyond that.
test_packages='
libgtest-dev tests
libgmock-dev tests
librapidcheck-dev property tests
libonnx-testdata reference results of operators
'
# What .ci/run and .ci/long need beyond both.
check_packages='
git list of changed files
libopencv-dnn-dev another runtime for ONNX files to compare with
clang compiler for clang-tidy and the fuzz targets
libclang-rt-'$clang'-dev sanitizers and libFuzzer for clang
zsh asked what the completion script offers
valgrind memory errors in code that oneDNN generates
python3 makes the changes of .ci/mutations
groff-base reads man pages
doxygen reads comments of public headers
libbenchmark-dev library of the benchmarks
'
# What .ci/run needs where it looks at style, which is on Debian 12: its versions define it.
style_packages='
clang-format formatting check
clang-tidy static checks
'
# What tools/debian_packages needs.
package_packages='
dpkg-dev dependencies of the packages
file finds what is to be stripped
python3-dev headers of Python
pybind11-dev C++ as Python calls it
'
# What .ci/page needs: reports are looked at in a browser.
page_packages='
chromium browser for tests of reports
'
# Of .ci/page and .ci/onnxruntime, where no node is there yet, of whatever origin.
node_packages='
nodejs drives the browser, and ONNX Runtime
npm fetches what does so
'
# Of .ci/python.
python_packages='
python3-dev headers of Python
python3-venv an environment of its own
python3-pip installs the package
python3-setuptools builds it
python3-wheel likewise
python3-numpy arrays
pybind11-dev C++ as Python calls it
python3-pytest its tests
python3-torch modules that learn on the array
python3-pandas tables as DataFrames
python3-matplotlib plots of the notebooks
python3-nbclient runs the notebooks
python3-nbformat reads them
python3-ipykernel what they run in
mypy its types
'
case $debian in
  12) ;;
  *) python_packages="$python_packages"'python3-onnx what torch.onnx.export asks for since PyTorch 2
' ;;
esac
# And on top of that where .ci/run emulates 64-bit ARM.
neon_packages='
g++-aarch64-linux-gnu compiler for 64-bit ARM
qemu-user runs programs for ARM
libgomp1:arm64 parallel loops
libtomlplusplus-dev:arm64 configuration files
libfmt-dev:arm64 messages
libhwy-dev:arm64 vector instructions
libssl-dev:arm64 checksums
zlib1g-dev:arm64 compressed datasets
libzip-dev:arm64 NPZ files
libturbojpeg0-dev:arm64 JPEG pictures
libpng-dev:arm64 PNG pictures
libgtest-dev:arm64 tests
libgmock-dev:arm64 tests
librapidcheck-dev:arm64 property tests
'

# Whether a package is there: this machine's own, or that of the architecture behind the colon.
is_installed() {
  case $1 in
    *:*) architecture=${1#*:} ;;
    *) architecture=$(dpkg-query -W -f '${Architecture}' dpkg) ;;
  esac
  dpkg-query -W -f '${Architecture} ${db:Status-Status}\n' "$1" 2>/dev/null |
    grep -xE "($architecture|all) installed" >/dev/null
}

# Ends where neither of the tested releases is there nor BITLINE_DEBIAN says which to take it for.
require_debian() {
  if ! command -v dpkg-query >/dev/null; then
    echo "$0 needs Debian 12 or 13 (dpkg-query is missing here); docs/install.md says how to build elsewhere" >&2
    exit 1
  fi
  case $debian in 12 | 13) return ;; esac
  # shellcheck disable=SC1091
  system=${BITLINE_DEBIAN:-$( (. /etc/os-release && echo "$PRETTY_NAME") 2>/dev/null || echo 'this system')}
  echo "$0 is tested on Debian 12 and 13, not on $system; BITLINE_DEBIAN=13 $0 goes on with the packages of 13" >&2
  exit 1
}

# Installs what is missing of a list like the one above, after one line that says what and why.
# Whoever is not root gets that line to run, and exit code 1.
require_packages() {
  require_debian
  missing='' reasons='' foreign=''
  while read -r package reason; do
    [ -n "$package" ] || continue
    if is_installed "$package"; then continue; fi
    case $package in *:*) foreign=${package#*:} ;; esac
    missing="$missing $package"
    reasons="$reasons, $package: $reason"
  done <<EOF
$1
EOF
  [ -n "$missing" ] || return 0

  sudo=''
  [ "$(id -u)" = 0 ] || sudo='sudo '
  line="${foreign:+${sudo}dpkg --add-architecture $foreign && }${sudo}apt-get update &&"
  line="$line ${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y"
  line="$line --no-install-recommends$missing  # Bitline needs${reasons#,}"
  echo "$line"
  [ -z "$sudo" ] || exit 1
  if eval "$line"; then return; fi
  for package in $missing; do
    apt-cache show "$package" >/dev/null 2>&1 || echo "$0: apt-get finds no package $package here" >&2
  done
  exit 1
}

# Compilers that run at once: one a core, as far as memory goes. A file that includes LibTorch
# takes 1.5 GB to compile.
compile_jobs() {
  cores=$(nproc)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) || limit=max
  awk -v cores="$cores" -v limit="$limit" '
    /^MemAvailable:/ { memory = $2 * 1024 }
    END {
      if (limit != "max" && limit < memory) memory = limit
      jobs = int(memory / 1.5e9)
      print jobs < 1 ? 1 : (jobs < cores ? jobs : cores)
    }' /proc/meminfo
}

# require_npm_package FOLDER NAME VERSION: fetches it into FOLDER where it is not there yet, and Node
# where there is none. Scripts of the package do not run.
require_npm_package() {
  command -v node >/dev/null || require_packages "$node_packages"
  mkdir -p "$1"
  if ! grep -qs "\"version\": \"$3\"" "$1/node_modules/$2/package.json"; then
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$1" "$2@$3"
  fi
}
