#!/bin/sh
# Fetches `docker compose` and `docker buildx`: programs of Debian's testing release, which run on Debian 12 as they are.
# Last line: a folder for DOCKER_CONFIG. Your own Docker configuration stays as it is.
. "$(dirname "$0")/lib.sh"
need docker curl dpkg xz
suite=${COMPOSE_DEBIAN_SUITE:-forky}
plugins=$cache/docker-config/cli-plugins
mkdir -p "$plugins"
if [ ! -x "$plugins/docker-compose" ] || [ ! -x "$plugins/docker-buildx" ]; then
	began=$(date +%s)
	index=$cache/work/Packages
	list=dists/$suite/main/binary-$(dpkg --print-architecture)/Packages.xz
	curl -fsS --max-time 120 "$(mirror)/$list" | xz -dc >"$index"
	for package in docker-compose docker-buildx; do
		entry=$(awk -v p="$package" '
			$0 == "Package: " p {x = 1}
			x && /^Filename:/ {f = $2}
			x && /^SHA256:/ {s = $2}
			x && /^$/ {print f, s; exit}' "$index")
		curl -fsS --max-time 120 -o "$cache/work/$package.deb" "$(mirror)/${entry% *}"
		echo "${entry#* }  $cache/work/$package.deb" | sha256sum -c --quiet
		rm -rf "$cache/work/$package" && dpkg -x "$cache/work/$package.deb" "$cache/work/$package"
		cp "$cache/work/$package/usr/libexec/docker/cli-plugins/$package" "$plugins/"
		rm -rf "$cache/work/$package" "$cache/work/$package.deb"
	done
	rm -f "$index"
	say "fetched docker compose and buildx in $(($(date +%s) - began)) s"
fi
DOCKER_CONFIG=$cache/docker-config docker compose version >&2
echo "$cache/docker-config"
