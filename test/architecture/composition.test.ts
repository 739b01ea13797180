// What `docker compose up -d` depends on, checked without an engine. test/rigs/compose runs it for real.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {parseDocument} from 'yaml';
import {variables} from '../../src/config-variables.ts';
import {root} from '../../stack/paths.ts';
import {findCompose} from '../rigs/compose/prepare.ts';
import {settingsWithPlaceholders} from '../rigs/compose/settings.ts';

// This machine's own plug-in, or the one that test/rigs/compose has fetched.
const compose = await findCompose();

interface Service {
	image?: string;
	environment?: Record<string, unknown>;
	restart?: string;
	mem_limit?: string;
	pids_limit?: number;
	logging?: {options?: Record<string, string>};
	ports?: string[];
	healthcheck?: {disable?: boolean; test?: string[]};
	[key: string]: unknown;
}

const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
/** Refuses doubled keys, as `docker compose` does. */
const parse = (name: string): {services: Record<string, Service>} => {
	const document = parseDocument(read(name), {merge: true, uniqueKeys: true});
	if (document.errors.length > 0) throw new Error(`${name}: ${document.errors[0]!.message}`);
	return document.toJS() as {services: Record<string, Service>};
};

const base = parse('docker-compose.yml');
const overlay = parse('docker-compose.dev.yml');
const services = Object.entries(base.services);
const example = [...read('.env.example').matchAll(/^#?([A-Z][A-Z\d_]*)=/gm)].map(([, name]) => name!);

/** Settings that .env cannot change, and why. */
const notPassedOn: Record<string, string> = {
	NODE_ENV: 'the image says production, the development overlay says development',
	DATABASE_URL: 'the composition has its own PostgreSQL',
	REDIS_URL: 'the composition has its own Redis',
	TEMPORAL_ADDRESS: 'the composition has its own Temporal',
	DOCKER_HOST: 'the socket is mounted; DOCKER_SOCKET says which',
	HOST: 'the address inside of the container',
	PORT: 'the port inside of the container; .env says which port of the machine leads to it',
	OPERATOR_HOST: 'the address inside of the container',
	OPERATOR_PORT: 'the port inside of the container, which is not published',
	WORKFLOW_BUNDLE: 'part of the image',
	DATA_DIR: 'only npm start keeps data there',
};

for (const [name, {services: parsed}] of Object.entries({base, overlay})) {
	test(`no key of ${name} is there twice, and every service has a name`, t => {
		t.true(Object.keys(parsed).length > 0);
	});
}

test('a doubled key is refused', t => {
	t.is(parseDocument('a: 1\nb: 2\na: 3', {uniqueKeys: true}).errors.length, 1);
});

test('no name is in .env.example twice', t => {
	t.deepEqual(
		example.filter((name, index) => example.indexOf(name) !== index),
		[],
	);
});

test('.env.example names everything that the composition reads, and nothing else', t => {
	const text = `${read('docker-compose.yml')}${read('docker-compose.dev.yml')}`.replaceAll(/^\s*#.*$/gm, '');
	const named = [...text.matchAll(/(?<!\$)\$\{?([A-Z][A-Z\d_]*)/g)].map(([, name]) => name!);
	const passed = Object.entries(base.services['worker']!.environment!).flatMap(([name, value]) =>
		value === null ? [name] : [],
	);
	t.deepEqual([...new Set(example)].toSorted(), [...new Set([...named, ...passed])].toSorted());
});

for (const service of ['workspace-manager', 'worker']) {
	test(`${service}: every setting is passed on, or the reason why not is written down`, t => {
		const environment = base.services[service]!.environment!;
		const isFromOutside = (name: string) =>
			environment[name] === null || JSON.stringify(environment[name] ?? '').includes(`\${${name}:`);
		for (const name of Object.keys(variables)) {
			if (name in notPassedOn) t.false(isFromOutside(name), `${name} is passed on: take it out of notPassedOn`);
			else
				t.true(
					isFromOutside(name),
					`add "${name}:" to x-environment of docker-compose.yml and "#${name}=" to .env.example`,
				);
		}
		const unknown = Object.keys(environment).filter(name => !(name in variables));
		t.deepEqual(unknown, [], 'the program reads no such setting');
	});
}

test('no service can fill the disk, the memory or the table of processes', t => {
	for (const [name, service] of services) {
		t.regex(service.mem_limit ?? '', /^\d+[mg]$/, name);
		t.true((service.pids_limit ?? 0) > 0, name);
		t.truthy(service.logging?.options?.['max-size'], name);
		t.truthy(service.restart, name);
	}
});

test('what listens without authentication is not published, and the rest on loopback only', t => {
	for (const [name, {ports = []}] of services) {
		for (const port of ports) t.true(port.startsWith('127.0.0.1:'), `${name}: ${port}`);
	}
	for (const name of ['postgres', 'redis', 'temporal', 'worker']) t.is(base.services[name]!.ports, undefined, name);
	t.false(JSON.stringify(services.map(([, {ports}]) => ports)).includes('9464'));
});

test('no check of health is off, or depends on how a name is resolved', t => {
	for (const [name, {healthcheck}] of services) {
		t.not(healthcheck?.disable, true, name);
		t.false(healthcheck?.test?.includes('localhost') ?? false, name);
	}
});

test('no setting moves the data to another major version', t => {
	t.regex(base.services['postgres']!.image!, /^postgres:\d+-\w+$/);
});

test('the overlay changes services that there are', t => {
	t.deepEqual(
		Object.keys(overlay.services).filter(name => !(name in base.services)),
		[],
	);
});

const least = Object.entries(settingsWithPlaceholders).map(([name, value]) => `${name}=${value}`);
const environment = {
	PATH: process.env['PATH'],
	HOME: process.env['HOME'],
	...(compose?.['DOCKER_CONFIG'] && {DOCKER_CONFIG: compose['DOCKER_CONFIG']}),
};

for (const [name, options] of Object.entries({
	'the composition': ['-f', 'docker-compose.yml'],
	'the development overlay': ['-f', 'docker-compose.yml', '-f', 'docker-compose.dev.yml'],
	'the profile keycloak': ['-f', 'docker-compose.yml', '--profile', 'keycloak'],
})) {
	(compose ? test : test.skip)(`docker compose takes ${name}, with every setting`, t => {
		const file = path.join(mkdtempSync(path.join(tmpdir(), 'composition-')), '.env');
		writeFileSync(file, [...least, 'NETWORK_POOL=10.99.0.0/16', 'JOB_MINIMUM_SECONDS=5', ''].join('\n'));
		const config = (format: string) =>
			execFileSync('docker', ['compose', '--env-file', file, ...options, 'config', ...format.split(' ')], {
				cwd: root,
				env: environment,
				encoding: 'utf8',
			});
		const {services: merged} = JSON.parse(config('--format json')) as {services: Record<string, Service>};
		t.like(merged['worker']!.environment, {NETWORK_POOL: '10.99.0.0/16', JOB_MINIMUM_SECONDS: '5'});
		t.like(merged['isolation']!.environment, {NETWORK_POOL: '10.99.0.0/16'});
		t.is('keycloak' in merged, name.includes('keycloak'));
	});
}
