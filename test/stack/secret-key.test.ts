import {mkdtempSync, readFileSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {loadConfig} from '../../src/config.ts';
import {secretKey} from '../../stack/secret-key.ts';

const least = {DATABASE_URL: 'postgresql://u:p@db/w', REDIS_URL: 'redis://cache:6379'};

test('a development machine makes itself a key at the first start, for the owner of the folder alone, and keeps it', t => {
	const dataDir = mkdtempSync(path.join(tmpdir(), 'secret-key-'));
	const made = secretKey(dataDir, {});
	const file = path.join(dataDir, 'secret-key');
	t.deepEqual(made, {SECRET_KEY_FILE: file});
	t.is(statSync(file).mode & 0o777, 0o600);
	const key = readFileSync(file, 'utf8');
	t.deepEqual(secretKey(dataDir, {}), made);
	t.is(loadConfig({...least, ...made}).secretKey, key);
});

test('a key that was given is taken', t => {
	t.deepEqual(secretKey('/nowhere', {SECRET_KEY: 'k'.repeat(32)}), {});
	t.deepEqual(secretKey('/nowhere', {SECRET_KEY_FILE: '/key'}), {});
});
