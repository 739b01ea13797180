import {z} from 'zod';
import {patchOf} from '../http/validation/patch-of.ts';
import {endReasons, observedStates, runtimeKinds} from '../containers/container-runtime.ts';
import {desiredStates, operationKinds, operationStatuses, workspaceStatuses} from './workspace-lifecycle.ts';

const noNul = (value: string) => !value.includes('\0');

const Name = z
	.string()
	.regex(/^[a-z][a-z0-9-]{0,62}$/)
	.meta({
		description:
			"Unique in its team, or among its owner's. Lower case letters, digits and dashes, a letter first, at most 63.",
		example: 'payments-api',
	});

const TeamId = z
	.uuid()
	.nullable()
	.meta({description: "The team that it belongs to; null: it is its owner's alone.", example: null});

const Description = z.string().max(2000).meta({description: 'For people.', example: 'The payments service'});

/** A remote that git may fetch from: no helper (`ext::`), no option, no local path, and no password that would be stored in clear. */
const isGitUrl = (value: string): boolean => {
	if (/^[\w.-]+@[\w.-]+:[^\s-][^\s]*$/.test(value)) return true;
	if (!/^(https?|ssh|git):\/\/[^\s-]\S*$/.test(value) || !URL.canParse(value)) return false;
	const url = new URL(value);
	const hasCredentials = url.password !== '' || (url.protocol !== 'ssh:' && url.username !== '');
	return !hasCredentials && url.hostname !== '' && !url.hostname.startsWith('-');
};

const GitUrl = z
	.string()
	.max(2048)
	.refine(isGitUrl, {params: {code: 'GIT_URL_NOT_ALLOWED'}})
	.meta({
		description: 'What to check out into /workspace: https, http, ssh or git, without credentials; null: nothing.',
		example: 'https://git.example.com/payments.git',
	});

/** The rules of `git check-ref-format`, as far as they keep a name from being an option or a path trick. */
const Branch = z
	.string()
	.max(255)
	.regex(/^(?![-./])(?!.*(\.\.|@\{|\/\/|\/\.))[\w./@+#=-]+(?<![./])$/)
	.meta({description: 'Branch or tag; null: what the remote calls HEAD.', example: 'main'});

const SetupScript = z
	.string()
	.max(65_536)
	.refine(noNul, {params: {code: 'NUL_NOT_ALLOWED'}})
	.meta({
		description: 'Shell script, run in /workspace after the checkout, as the user of the workspace; null: none.',
		example: 'npm ci',
	});

export const EnvironmentVariable = z
	.strictObject({
		key: z
			.string()
			.max(255)
			.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
			.meta({description: 'Name of the variable.', example: 'LOG_LEVEL'}),
		value: z
			.string()
			.max(32_768)
			.refine(noNul, {params: {code: 'NUL_NOT_ALLOWED'}})
			.meta({
				description: 'Its value. Not for secrets: it is shown to everyone who may read the workspace.',
				example: 'debug',
			}),
	})
	.meta({
		id: 'EnvironmentVariable',
		description: 'One environment variable.',
		example: {key: 'LOG_LEVEL', value: 'debug'},
	});
export type EnvironmentVariable = z.infer<typeof EnvironmentVariable>;

const Environment = z
	.array(EnvironmentVariable)
	.max(200)
	.refine(items => new Set(items.map(item => item.key)).size === items.length, {params: {code: 'DUPLICATE_KEY'}})
	.meta({description: 'Environment of everything in the workspace; each key once.'});

export const Resources = z
	.strictObject({
		cpus: z.number().min(0.1).max(512).meta({description: 'Cores; a decimal.', example: 1}),
		memoryMiB: z.int().min(64).max(4_194_304).meta({description: 'Memory limit. There is no swap.', example: 2048}),
		pids: z.int().min(16).max(32_768).default(512).meta({description: 'Processes and threads at most.', example: 512}),
		diskMiB: z.int().min(64).max(67_108_864).nullable().default(null).meta({
			description:
				'What it may hold on disk; null: without limit. A workspace that holds more is told, and stopped a quarter of an hour later.',
			example: 20_480,
		}),
	})
	.meta({
		id: 'Resources',
		description: 'Limits of the workspace.',
		example: {cpus: 1, memoryMiB: 2048, pids: 512, diskMiB: null},
	});

const Autostop = z
	.int()
	.min(1)
	.max(525_600)
	.nullable()
	.meta({description: 'Stop after so many minutes without activity; null: never.', example: 120});
const TimeToLive = z
	.int()
	.min(1)
	.max(5_256_000)
	.nullable()
	.meta({description: 'Delete so many minutes after creation; null: never.', example: null});

const HealthCommand = z
	.array(
		z
			.string()
			.min(1)
			.max(4096)
			.refine(noNul, {params: {code: 'NUL_NOT_ALLOWED'}}),
	)
	.min(1)
	.max(64)
	.nullable()
	.meta({
		description:
			'Program and arguments, run inside; the workspace is running once it exits with 0. null: running is enough.',
		example: ['test', '-d', '/workspace'],
	});

const HealthTimeout = z
	.int()
	.min(1)
	.max(3600)
	.meta({description: 'How long a start may wait for the health command.', example: 60});

export const RestartPolicy = z
	.strictObject({
		mode: z.enum(['always', 'onFailure', 'never']).meta({
			description: 'always: whenever the container ends by itself; onFailure: when it ends with an error.',
			example: 'onFailure',
		}),
		maxRetries: z.int().min(1).max(100).default(5).meta({description: 'Then the workspace is in error.', example: 5}),
	})
	.meta({
		id: 'RestartPolicy',
		description: 'What happens when the container ends by itself.',
		example: {mode: 'onFailure', maxRetries: 5},
	});
export type RestartPolicy = z.infer<typeof RestartPolicy>;

export const CreateWorkspace = z
	.strictObject({
		name: Name,
		description: Description.default(''),
		teamId: TeamId.default(null),
		image: z
			.string()
			.min(1)
			.max(63)
			.optional()
			.meta({description: 'Id in the image catalogue; absent: the default image.', example: 'default'}),
		runtime: z.enum(runtimeKinds).default('docker').meta({description: 'What runs it.', example: 'docker'}),
		gitUrl: GitUrl.nullable().default(null),
		branch: Branch.nullable().default(null),
		setupScript: SetupScript.nullable().default(null),
		env: Environment.default([]),
		resources: Resources.default({cpus: 1, memoryMiB: 2048, pids: 512, diskMiB: null}),
		autostopMinutes: Autostop.default(null),
		ttlMinutes: TimeToLive.default(null),
		healthCommand: HealthCommand.default(null),
		healthTimeoutSeconds: HealthTimeout.default(60),
		restartPolicy: RestartPolicy.default({mode: 'onFailure', maxRetries: 5}),
	})
	.meta({
		id: 'CreateWorkspace',
		description: 'A workspace to make. Only the name is required.',
		example: {name: 'payments-api', gitUrl: 'https://git.example.com/payments.git', setupScript: 'npm ci'},
	});
export type CreateWorkspace = z.infer<typeof CreateWorkspace>;

const {teamId: _teamId, image: _image, runtime: _runtime, ...changeable} = CreateWorkspace.shape;

export const UpdateWorkspace = patchOf(changeable).meta({
	id: 'UpdateWorkspace',
	description:
		'What to change; absent: leave it, null: clear it, in resources and restartPolicy too. Environment, resources and health command take effect at the next start.',
	example: {description: 'The payments service', autostopMinutes: 60},
});
export type UpdateWorkspace = z.infer<typeof UpdateWorkspace>;

const DateTime = z.iso.datetime();

export const Disk = z
	.object({
		usedMiB: z.int().nullable().meta({description: 'What it held when it was last measured.', example: 812}),
		measuredAt: DateTime.nullable().meta({
			description: 'When it was measured; null: not yet.',
			example: '2026-05-01T08:05:00.000Z',
		}),
		exceededSince: DateTime.nullable().meta({
			description: 'Since when it is known to hold more than resources.diskMiB.',
			example: null,
		}),
		stopsAt: DateTime.nullable().meta({
			description: 'When it will be stopped for that, unless it is cleaned up.',
			example: null,
		}),
	})
	.meta({
		id: 'Disk',
		description: 'What a workspace holds on disk: its files and what its container wrote. Measured every few minutes.',
		example: {usedMiB: 812, measuredAt: '2026-05-01T08:05:00.000Z', exceededSince: null, stopsAt: null},
	});

export const Reason = z
	.object({
		code: z.string().meta({description: 'user, autostop, ttl, drift, …', example: 'user'}),
		params: z
			.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
			.meta({description: 'Its facts.', example: {}}),
	})
	.meta({id: 'Reason', description: 'Who or what caused the last change.', example: {code: 'user', params: {}}});
export type Reason = z.infer<typeof Reason>;

export const Bootstrap = z
	.object({
		status: z.enum(['none', 'pending', 'running', 'succeeded', 'failed', 'cancelled']).meta({
			description:
				'How far checkout and set-up came. none: nothing was asked for. cancelled: the operation was cancelled ' +
				'before they ended.',
			example: 'failed',
		}),
		step: z
			.string()
			.nullable()
			.meta({description: 'The step that runs or failed: checkout or setup.', example: 'setup'}),
		exitCode: z.int().nullable().meta({description: 'Of the step that failed.', example: 1}),
		output: z
			.string()
			.nullable()
			.meta({description: 'The end of its output, 4 KiB at most.', example: 'npm error code E404'}),
		finishedAt: DateTime.nullable().meta({description: 'When it ended.', example: '2026-05-01T08:00:12.345Z'}),
	})
	.meta({
		id: 'Bootstrap',
		description: 'Checkout and set-up script. POST /workspaces/{id}/bootstrap runs them again.',
		example: {status: 'succeeded', step: null, exitCode: null, output: null, finishedAt: '2026-05-01T08:00:12.345Z'},
	});
export type Bootstrap = z.infer<typeof Bootstrap>;

export const ActiveOperation = z
	.object({
		id: z.uuid().meta({description: 'Id of the operation.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		kind: z.enum(operationKinds).meta({description: 'What it does.', example: 'create'}),
		status: z.enum(operationStatuses).meta({description: 'queued or running.', example: 'running'}),
		step: z.string().nullable().meta({description: 'The step in the way; null: none has begun.', example: 'container'}),
		attempt: z.int().meta({description: 'How many times that step was tried.', example: 1}),
	})
	.meta({
		id: 'ActiveOperation',
		description: 'The operation under way, in short.',
		example: {
			id: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
			kind: 'create',
			status: 'running',
			step: 'container',
			attempt: 1,
		},
	});

export const WorkspaceState = z
	.object({
		status: z
			.enum(workspaceStatuses)
			.meta({description: 'What the manager is doing or has reached.', example: 'running'}),
		desired: z.enum(desiredStates).meta({description: 'What people want.', example: 'running'}),
		observed: z.enum(observedStates).meta({description: 'What the engine last said.', example: 'running'}),
		revision: z.int().meta({description: 'Also served as ETag.', example: 7}),
		operation: ActiveOperation.nullable().meta({description: 'What is under way now.', example: null}),
	})
	.meta({
		id: 'WorkspaceState',
		description: 'Where a workspace is, and nothing else.',
		example: {status: 'running', desired: 'running', observed: 'running', revision: 7, operation: null},
	});
export type WorkspaceState = z.infer<typeof WorkspaceState>;

export const Workspace = z
	.object({
		id: z.uuid().meta({description: 'UUIDv7.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		name: Name,
		description: z.string().meta({description: 'For people.', example: 'The payments service'}),
		ownerId: z.uuid().meta({description: 'The user who owns it.', example: '00000000-0000-7000-8000-000000000001'}),
		teamId: TeamId,
		runtime: z.enum(runtimeKinds).meta({description: 'What runs it.', example: 'docker'}),
		target: z.string().meta({description: 'The engine or cluster that it lives on.', example: 'docker-local'}),
		image: z.string().meta({description: 'Id in the image catalogue.', example: 'default'}),
		pinnedImage: z
			.string()
			.nullable()
			.meta({description: 'Exactly what it runs; a rebuild takes the newest.', example: 'sha256:9f1b…'}),
		gitUrl: z
			.string()
			.nullable()
			.meta({description: 'What is checked out into /workspace.', example: 'https://git.example.com/payments.git'}),
		branch: z.string().nullable().meta({description: 'Branch or tag.', example: 'main'}),
		setupScript: z.string().nullable().meta({description: 'Run after the checkout.', example: 'npm ci'}),
		env: z.array(EnvironmentVariable).meta({description: 'Environment of everything in it.', example: []}),
		resources: Resources,
		disk: Disk,
		autostopMinutes: Autostop,
		ttlMinutes: TimeToLive,
		healthCommand: HealthCommand,
		healthTimeoutSeconds: HealthTimeout,
		restartPolicy: RestartPolicy,
		settingsPending: z.boolean().meta({description: 'Changed settings wait for the next start.', example: false}),
		desired: z.enum(desiredStates).meta({description: 'What people want.', example: 'running'}),
		status: z
			.enum(workspaceStatuses)
			.meta({description: 'What the manager is doing or has reached.', example: 'running'}),
		observed: z.enum(observedStates).meta({description: 'What the engine last said.', example: 'running'}),
		observedAt: DateTime.nullable().meta({description: 'When it said so.', example: '2026-05-01T08:00:09.120Z'}),
		exitCode: z.int().nullable().meta({description: 'Of the container, when it ended.', example: null}),
		observedReason: z.enum(endReasons).nullable().meta({description: 'How the container ended.', example: null}),
		reason: Reason,
		generation: z.int().meta({description: 'Goes up with every new container.', example: 1}),
		bootstrap: Bootstrap,
		operation: ActiveOperation.nullable().meta({description: 'What is under way now.', example: null}),
		lastActivityAt: DateTime.meta({description: 'When someone last used it.', example: '2026-05-01T08:00:00.000Z'}),
		stopsAt: DateTime.nullable().meta({description: 'When autostop will stop it, unless it is used.', example: null}),
		keptUpBy: z.string().nullable().meta({
			description: 'The kind of work that keeps it up until then; null: only its idle time counts.',
			example: null,
		}),
		deletesAt: DateTime.nullable().meta({description: 'When its time to live ends.', example: null}),
		createdAt: DateTime.meta({description: 'When it was accepted.', example: '2026-05-01T08:00:00.000Z'}),
		updatedAt: DateTime.meta({description: 'When anything of it last changed.', example: '2026-05-01T08:00:09.120Z'}),
		revision: z.int().meta({description: 'Also served as ETag.', example: 7}),
		allowedOperations: z
			.array(z.string())
			.meta({description: 'What the caller may do with it.', example: ['workspace.read', 'workspace.start']}),
	})
	.meta({id: 'Workspace', description: 'A workspace.'});
export type WorkspaceView = z.infer<typeof Workspace>;
