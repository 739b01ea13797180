// Runs a script of this project with the project's own Node, on a machine that may have nothing but an older Node:
//   node stack/bootstrap.mjs SCRIPT [ARGUMENTS…]
// Plain JavaScript without dependencies: it runs before node_modules exists.
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {constants} from 'node:os';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const node = join(modules, 'node', 'bin', 'node');
const stamp = join(modules, '.installed-from');

const say = line => process.stderr.write(`${line}\n`);

const fail = sentence => {
	say(sentence);
	process.exit(1);
};

const supported = ['linux-x64', 'linux-arm64'];
const platform = `${process.platform}-${process.arch}`;
const musl = process.platform === 'linux' && !process.report?.getReport().header.glibcVersionRuntime;
if (!supported.includes(platform) || musl)
	fail(
		`This project runs on Linux with glibc (${supported.join(', ')}); this is ${platform}${musl ? ' with musl' : ''}.`,
	);

const [script, ...args] = process.argv.slice(2);
if (!script) fail('Usage: node stack/bootstrap.mjs SCRIPT [ARGUMENTS…]');

install();
run();

/** Makes node_modules what package-lock.json says. */
function install() {
	const wanted = createHash('sha256')
		.update(readFileSync(join(root, 'package.json')))
		.update(readFileSync(join(root, 'package-lock.json')))
		.update(platform)
		.digest('hex');
	if (read(stamp) !== wanted && !isUpToDate()) {
		say('Installing the packages that package-lock.json lists (about a minute the first time).');
		const started = Date.now();
		npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], root);
		say(`Packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
	}
	if (!runs(node)) repairNode();
	try {
		if (read(stamp) !== wanted) writeFileSync(stamp, wanted);
	} catch {
		// Somebody else's folder, for example of an image; then the longer comparison decides each time.
	}
}

/** npm's own record of what it installed spares a second installation after `npm ci` or `npm install` by hand. */
function isUpToDate() {
	const installed = read(join(modules, '.package-lock.json'));
	if (!installed) return false;
	const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
	const there = JSON.parse(installed).packages;
	return Object.entries(locked).every(
		([path, {version, integrity, optional}]) =>
			path === '' ||
			(there[path] ? there[path].version === version && there[path].integrity === integrity : optional === true),
	);
}

/** npm may be set not to run install scripts; then the binary of the package `node` is fetched the way its script does. */
function repairNode() {
	const {version} = JSON.parse(readFileSync(join(modules, 'node', 'package.json'), 'utf8'));
	const folder = join(modules, 'node', 'platform');
	mkdirSync(folder, {recursive: true});
	writeFileSync(join(folder, 'package.json'), '{"private": true}');
	npm(['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', `node-${platform}@${version}`], folder);
	const binary = join(folder, 'node_modules', `node-${platform}`, 'bin', 'node');
	mkdirSync(join(modules, 'node', 'bin'), {recursive: true});
	rmSync(node, {force: true});
	writeFileSync(node, readFileSync(binary), {mode: 0o755});
	rmSync(folder, {recursive: true});
	if (!runs(node)) fail(`The Node that this project brings (${node}) does not run on this machine.`);
}

function npm(npmArgs, cwd) {
	const {status, error} = spawnSync('npm', npmArgs, {cwd, stdio: ['ignore', 2, 2]});
	if (error) fail(`npm could not be started (${error.code}); install Node with npm.`);
	if (status !== 0) fail(`"npm ${npmArgs.join(' ')}" failed; its output is above.`);
}

function runs(binary) {
	return existsSync(binary) && spawnSync(binary, ['--version']).status === 0;
}

function read(file) {
	return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function run() {
	const path = [join(modules, '.bin'), process.env.PATH].filter(Boolean).join(delimiter);
	const child = spawn(node, [join(root, script), ...args], {stdio: 'inherit', env: {...process.env, PATH: path}});
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	for (const signal of signals) process.on(signal, () => child.kill(signal));
	// A signal for npm ends the shell between npm and this process, which then never hears of it.
	const parent = process.ppid;
	const watch = () => process.ppid !== parent && child.kill('SIGTERM') && clearInterval(watching);
	const watching = process.env.npm_lifecycle_event ? setInterval(watch, 250) : undefined;
	child.on('error', error => fail(`${node} could not be started: ${error.message}`));
	child.on('exit', (code, signal) => {
		clearInterval(watching);
		process.exitCode = signal ? 128 + constants.signals[signal] : code;
	});
}
