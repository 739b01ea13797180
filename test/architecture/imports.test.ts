import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** From a file, what it may import at run time and what it may not. A type may be imported where `type ` stands before it. */
const table: Record<string, {may: string[]; mayNot: string[]}> = {
	'workflows/workspace.ts': {
		may: ['./saga.ts', '@temporalio/workflow', '@temporalio/common', '../src/workspaces/workspace.contract.ts'],
		mayNot: [
			'node:fs/promises',
			'uuid',
			'@temporalio/client',
			'@temporalio/proto',
			'@mikro-orm/core',
			'../temporal/client.ts',
		],
	},
	'workflows/nested/step.ts': {
		may: [
			'../saga.ts',
			'type ../../activities/index.ts',
			'type ../../src/errors.ts',
			'../../src/workspaces/workspace-lifecycle.ts',
		],
		mayNot: ['../../activities/index.ts', '../../src/errors.ts', '../../src/workspaces/workspace.service.ts'],
	},
	'activities/index.ts': {
		may: [
			'./step.ts',
			'node:fs',
			'@temporalio/activity',
			'@temporalio/common',
			'../src/workspaces/workspace.service.ts',
		],
		mayNot: [
			'../workflows/index.ts',
			'../temporal/client.ts',
			'@temporalio/client',
			'@temporalio/workflow',
			'koa',
			'dockerode',
		],
	},
	'temporal/worker.ts': {
		may: ['../activities/index.ts', '../src/services.ts', '@temporalio/worker', 'type ../workflows/index.ts'],
		mayNot: [
			'../workflows/index.ts',
			'../src/workspaces/workspace.service.ts',
			'../src/workspaces/workspace.entity.ts',
			'@koa/router',
			'dockerode',
		],
	},
	'src/workspaces/workspace.router.ts': {
		may: ['koa', './workspace.service.ts', './workspace.schema.ts', 'type ./workspace.entity.ts'],
		mayNot: [
			'./workspace.entity.ts',
			'@temporalio/client',
			'../../temporal/client.ts',
			'../../workflows/index.ts',
			'dockerode',
		],
	},
	'src/sign-in/some-token.authenticator.ts': {
		may: ['koa-jwt', './some.service.ts', 'type ../users/user.entity.ts'],
		mayNot: ['../users/user.entity.ts', '@temporalio/client', 'dockerode'],
	},
	'src/workspaces/workspace.service.ts': {
		may: ['./workspace.entity.ts', 'type ../teams/team.service.ts', './workspace.workflows.ts'],
		mayNot: [
			'../teams/team.service.ts',
			'koa',
			'@koa/router',
			'./workspace.router.ts',
			'@temporalio/common',
			'../../activities/index.ts',
		],
	},
	'src/workspaces/workspace-lifecycle.ts': {
		may: ['./workspace.contract.ts'],
		mayNot: ['koa', 'koa-body', '@temporalio/workflow', 'dockerode', '@kubernetes/client-node', '../../stack/paths.ts'],
	},
	'src/containers/docker/engine.ts': {
		may: ['dockerode', '../container-runtime.ts', '../../errors.ts'],
		mayNot: [
			'@kubernetes/client-node',
			'../kubernetes/pod.ts',
			'../../workspaces/workspace.entity.ts',
			'@mikro-orm/core',
			'koa',
			'@temporalio/common',
		],
	},
	'src/containers/kubernetes/pod.ts': {
		may: ['@kubernetes/client-node', '../container-runtime.ts'],
		mayNot: ['dockerode', '../docker/engine.ts', '../../workspaces/workspace.service.ts', 'koa', '@temporalio/common'],
	},
	'src/main.ts': {
		may: ['../temporal/client.ts', 'koa', './services.ts'],
		mayNot: [
			'../temporal/worker.ts',
			'../workflows/index.ts',
			'../activities/index.ts',
			'@temporalio/client',
			'dockerode',
		],
	},
	'src/services.ts': {
		may: ['../temporal/client.ts', './workspaces/workspace.service.ts'],
		mayNot: [
			'../temporal/schedules.ts',
			'../workflows/index.ts',
			'@temporalio/client',
			'dockerode',
			'../stack/stack.ts',
		],
	},
};

test('nobody imports what the architecture forbids', async t => {
	const folder = mkdtempSync(join(tmpdir(), 'imports-'));
	t.teardown(() => rmSync(folder, {recursive: true}));
	copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
	for (const [file, {may, mayNot}] of Object.entries(table)) {
		mkdirSync(dirname(join(folder, file)), {recursive: true});
		writeFileSync(join(folder, file), [...may, ...mayNot].map(importOf).join('\n'));
	}
	const refused = await lint(folder);
	for (const [file, {may, mayNot}] of Object.entries(table)) {
		const lines = [...may, ...mayNot];
		const found = (refused[file] ?? []).map(line => lines[line - 1]);
		t.deepEqual(new Set(found), new Set(mayNot), file);
	}
});

function importOf(what: string): string {
	const [type, name] = what.startsWith('type ') ? ['type ', what.slice(5)] : ['', what];
	return `import ${type}{x as x${Math.random().toString(36).slice(2)}} from '${name}';`;
}

/** The lines of each file in which oxlint finds an import that is not allowed. */
async function lint(folder: string): Promise<Record<string, number[]>> {
	const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json', '.'];
	const output = await new Promise<string>(resolve => {
		execFile(process.execPath, args, {cwd: folder}, (_error, stdout) => resolve(stdout));
	});
	const {diagnostics} = JSON.parse(output) as {
		diagnostics: {code: string; filename: string; labels: {span: {line: number}}[]}[];
	};
	const lines: Record<string, number[]> = {};
	for (const {code, filename, labels} of diagnostics)
		if (code.includes('no-restricted-imports')) (lines[filename] ??= []).push(labels[0]?.span.line ?? 0);
	return lines;
}
