import {rmSync} from 'node:fs';
import type Docker from 'dockerode';
import {archiveOf, makeDebianRoot} from './debian-root.ts';
import {follow} from './docker-progress.ts';
import type {Report} from '../report.ts';

const official = 'debian:bookworm-slim';
const selfMade = 'workspace-manager/debian:bookworm';

/**
 * The name of a Debian image that the engine has: already there, pulled, or made with debootstrap when no registry answers.
 * An engine that is still being installed has no image; then debootstrap need not wait for it.
 */
export async function ensureBaseImage(engine: Promise<Docker>, isNew: boolean, report: Report): Promise<string> {
	const early = isNew && !(await registryAnswers()) ? await makeDebianRoot(report) : null;
	const docker = await engine;
	for (const name of [official, selfMade]) if (await exists(docker, name)) return name;
	if (!early && (await pull(docker, report))) return official;
	await importFolder(docker, early ?? (await makeDebianRoot(report)));
	return selfMade;
}

async function exists(docker: Docker, name: string): Promise<boolean> {
	return docker
		.getImage(name)
		.inspect()
		.then(
			() => true,
			() => false,
		);
}

/** Any answer will do, also that one must sign in. */
async function registryAnswers(): Promise<boolean> {
	return fetch('https://registry-1.docker.io/v2/', {signal: AbortSignal.timeout(5000)}).then(
		() => true,
		() => false,
	);
}

/** A registry that says nothing for eight seconds is taken for absent. */
async function pull(docker: Docker, report: Report): Promise<boolean> {
	const silence = new AbortController();
	const patience = setTimeout(() => silence.abort(), 8000);
	try {
		const stream = await docker.createImage({fromImage: official, abortSignal: silence.signal});
		await follow(docker, stream, () => patience.refresh(), silence.signal);
		report(`Pulled ${official}.`);
		return true;
	} catch {
		report(`No registry offers ${official}; making a base image with debootstrap instead.`);
		return false;
	} finally {
		clearTimeout(patience);
	}
}

async function importFolder(docker: Docker, folder: string): Promise<void> {
	const [repo, tag] = selfMade.split(':');
	try {
		await follow(docker, await docker.importImage(archiveOf(folder).stdout, {repo, tag}));
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
