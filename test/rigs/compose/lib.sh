# Sourced by the scripts of this folder: places, and what several of them do.
set -eu
rig=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/workspace-manager-rigs/compose
bin=$cache/bin
mkdir -p "$bin" "$cache/work"
label=rig.compose=1
export GOCACHE="$cache/gocache" CGO_ENABLED=0 GOFLAGS="-buildvcs=false -trimpath" GOTOOLCHAIN=local

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
fail() { say "$*"; exit 1; }
need() { for program; do command -v "$program" >/dev/null || fail "$program is needed"; done; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# The Debian mirror of this machine.
mirror() {
	sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' \
		/etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -1
}

# program NAME FOLDER PACKAGE: builds bin/NAME once for each content of go/FOLDER/go.mod.
program() {
	stamp=$bin/.$1-$(cksum <"$rig/go/$2/go.mod" | cut -d' ' -f1)
	[ -x "$bin/$1" ] && [ -e "$stamp" ] && return 0
	need go
	began=$(date +%s)
	(cd "$rig/go/$2" && nice -n 10 go build -ldflags '-s -w' -o "$bin/$1" "$3") || return 1
	rm -f "$bin/.$1-"*
	: >"$stamp"
	say "built $1 in $(($(date +%s) - began)) s"
}
