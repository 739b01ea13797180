import {spawn} from 'node:child_process';
import {cpSync, mkdirSync, rmSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import type Docker from 'dockerode';
import {ensureBaseImage} from './base-image.ts';
import {dockerClient} from './docker-client.ts';
import {follow} from './docker-progress.ts';
import {execute, lastLines} from '../machine/execute.ts';
import {folderHash} from './folder-hash.ts';
import {takeLock} from '../processes/lock.ts';
import {root, toolsFolder} from '../paths.ts';
import {Problem} from '../problem.ts';
import type {Report} from '../report.ts';

/** The image that a workspace runs when nobody asks for another. */
export const workspaceImage = 'workspace-manager/workspace:latest';

const source = `${root}images/workspace`;
const context = `${toolsFolder}/workspace-image`;
const label = 'io.workspace-manager.image-source';

/**
 * Makes the default workspace image exist in the engine, built from what `images/workspace` holds now. With an engine that
 * is new, its parts are fetched while the engine is still being installed.
 */
export async function ensureWorkspaceImage(host: Promise<string>, isNew: boolean, report: Report): Promise<void> {
	const wanted = folderHash(source);
	const engine = host.then(dockerClient);
	// It may fail before anybody waits for it; whoever does, then hears of it.
	engine.catch(() => {});
	if (!isNew && (await current(await engine)).builtFrom === wanted) return;

	const release = await waitForLock(report);
	try {
		if (!isNew && (await current(await engine)).builtFrom === wanted) return;
		report(`Making the workspace image ${workspaceImage}.`);
		const packages = fetchPackages(isNew ? process.arch : await architectureOf(await engine), report);
		const [base] = await Promise.all([ensureBaseImage(engine, isNew, report), packages]);
		const docker = await engine;
		const before = await current(docker);
		await build(docker, base, wanted, report);
		// Refused, and rightly so, while a workspace still runs from it.
		if (before.id)
			await docker
				.getImage(before.id)
				.remove()
				.catch(() => {});
	} finally {
		// A gigabyte that the engine holds now; npm's cache spares the way to the registry next time.
		rmSync(context, {recursive: true, force: true});
		release();
	}
}

async function current(docker: Docker): Promise<{id?: string; builtFrom?: string}> {
	return docker
		.getImage(workspaceImage)
		.inspect()
		.then(
			({Id, Config}) => ({id: Id, builtFrom: Config.Labels?.[label]}),
			() => ({}),
		);
}

async function waitForLock(report: Report): Promise<() => void> {
	for (let told = false; ; told = true) {
		const lock = takeLock(`${toolsFolder}/workspace-image.lock`);
		if (typeof lock === 'function') return lock;
		if (!told) report(`Waiting for process ${lock}, which builds the workspace image.`);
		await sleep(500);
	}
}

async function architectureOf(docker: Docker): Promise<string> {
	const {Architecture} = (await docker.info()) as {Architecture: string};
	return Architecture === 'aarch64' ? 'arm64' : 'x64';
}

/** npm runs here and not in the build: here it is configured for this machine's registry and certificates. */
async function fetchPackages(cpu: string, report: Report): Promise<void> {
	mkdirSync(context, {recursive: true});
	cpSync(source, context, {recursive: true, filter: path => !path.endsWith('node_modules')});
	const target = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
	const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...target];
	const {code, output} = await execute('npm', args, {cwd: context});
	if (code !== 0) throw new Problem(`The packages of the workspace image could not be fetched:\n${lastLines(output)}`);
	report('Fetched Node and the agents for the workspace image.');
}

async function build(docker: Docker, base: string, hash: string, report: Report): Promise<void> {
	// The engine ignores what .dockerignore lists; tar is faster than an archive packed and compressed in JavaScript.
	const tar = spawn('tar', ['-C', context, '-c', '.'], {stdio: ['ignore', 'pipe', 'inherit']});
	const stream = await docker.buildImage(tar.stdout, {
		t: workspaceImage,
		// The engine's default network may lack the host's names or its way out.
		networkmode: 'host',
		buildargs: {BASE: base},
		labels: {[label]: hash},
		forcerm: true,
	});
	let output = '';
	try {
		await follow(docker, stream, ({stream: text = ''}) => {
			output = (output + text).slice(-8000);
			const step = /^Step (\d+\/\d+) : (.*)/.exec(text);
			if (step) report(`Workspace image, step ${step[1]}: ${step[2]?.slice(0, 70)}`);
		});
	} catch (error) {
		throw new Problem(`The workspace image could not be built: ${(error as Error).message}\n${lastLines(output)}`);
	}
	report(`The workspace image ${workspaceImage} is built.`);
}
