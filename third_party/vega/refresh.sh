#!/bin/sh
# Fetches the versions of Vega that stand here from npm, and writes their checksums. Needs Node's
# npm; building Bitline does not. To update, change the versions, run this, run .ci/page, and look
# at a report.
set -eu
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for package in vega@6.4.0 vega-lite@6.4.3 vega-embed@7.3.0; do
  name=${package%@*}
  (cd "$folder" && npm pack --silent "$package" >/dev/null && tar -xzf "$name"-[0-9]*.tgz)
  # a source map is not vendored, and a reference to one would be a request
  sed '/^\/\/# sourceMappingURL=/d' "$folder/package/build/$name.min.js" >"$name.min.js"
  cp "$folder/package/LICENSE" "LICENSE.$name"
  rm -r "$folder/package"
done
sha256sum -- *.min.js >SHA256SUMS
