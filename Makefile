# The short way in. Everything real is in meson.build and tools/.
MAKEFLAGS += --no-print-directory
DATA ?= agora-data
LISTEN ?= 127.0.0.1:8080

.PHONY: run build check asan tsan fuzz analyze format bench deb check-deploy soak clean
.DEFAULT_GOAL := build

build: ## installs what the build needs, leaves build/agora
	@tools/install build
	@test -f build/build.ninja || meson setup build --buildtype=debugoptimized -Dtests=true >build.log || { cat build.log; exit 1; }
	@rm -f build.log
	@ninja -C build --quiet agora

run: build ## builds, creates a data folder with the demo, serves it
	@test -f $(DATA)/agora.db || ./build/agora import --data $(DATA) --demo
	@./build/agora serve --data $(DATA) --listen $(LISTEN)

check: ## installs what the tests need, runs every test
	@tools/install build check
	@tools/check

tsan: ## ThreadSanitizer over the atlas: reads, writes, merges, rebuilds and snapshots at once
	@test -f build-tsan/build.ninja || meson setup build-tsan -Db_sanitize=thread -Db_lundef=false -Dtests=true --buildtype=debugoptimized >/dev/null
	@ninja -C build-tsan --quiet tests/unit/atlas/test_atlas
	@build-tsan/tests/unit/atlas/test_atlas segment snapshot store

asan: ## the sanitizer build (ASan + UBSan) in build-asan/
	@tools/install build
	@test -f build-asan/build.ninja || meson setup build-asan -Db_sanitize=address,undefined -Db_lundef=false --buildtype=debug --optimization=1 >/dev/null
	@ninja -C build-asan --quiet

fuzz: ## fuzzes every parser for SECONDS each (default 60) with libFuzzer
	@tools/install build check
	@tools/fuzz $(or $(SECONDS),60)

analyze: ## clang-tidy over src/; a finding fails
	@tools/install build check
	@tools/analyze

format: ## clang-format over all C
	@git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'fuzz/*.[ch]' 'bench/*.[ch]' | xargs clang-format -i

bench: build ## the atlas beside other engines, N=100000 entries (bench/README.md)
	@tools/install build check bench
	@test -f build-bench/build.ninja || meson setup build-bench --buildtype=debugoptimized -Dtests=false -Dbench=true >/dev/null
	@ninja -C build-bench --quiet
	@test -d bench/engines/node_modules || npm ci --prefix bench/engines --silent
	@node bench/run.mjs --entries $(or $(N),100000) --corpus $(or $(CORPUS),synthetic)

deb: ## a Debian package of the program and its service, in build-deb/
	@tools/install build deb
	@deploy/deb/build

check-deploy: ## does docs/hosting.md step by step on fresh machines; needs root, takes minutes
	@tests/deploy/run

soak: build ## what takes minutes: thousands of connections, slow ones, kills while many write
	@tools/install build check
	@ninja -C build --quiet bench/http/bench_load
	@AGORA=build/agora node --test tests/soak/

clean:
	@rm -rf build build-asan build-tsan build-fuzz build-deb
