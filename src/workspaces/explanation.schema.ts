import {z} from 'zod';
import {endReasons, observedStates} from '../containers/container-runtime.ts';
import {Failure} from './operation.schema.ts';
import {Reason} from './workspace.schema.ts';
import {desiredStates, operationKinds, workspaceStatuses} from './workspace-lifecycle.ts';

const DateTime = z.iso.datetime();
const at = (description: string) => DateTime.meta({description, example: '2026-05-01T08:00:00.000Z'});

const Seen = z
	.object({
		state: z.enum(observedStates).meta({description: 'What the engine last said.', example: 'running'}),
		since: at('When it first said so.').nullable(),
		confirmedAt: at('When the engine last confirmed it; null: it was never asked.').nullable(),
		exitCode: z.int().nullable().meta({description: 'Of the container, when it ended.', example: null}),
		reason: z.enum(endReasons).nullable().meta({description: 'How it ended.', example: null}),
	})
	.meta({
		id: 'ExplanationSeen',
		description: 'What the engine said.',
		example: {
			state: 'running',
			since: '2026-05-01T08:00:00.000Z',
			confirmedAt: '2026-05-01T08:05:00.000Z',
			exitCode: null,
			reason: null,
		},
	});

const Because = z
	.object({
		actor: z
			.object({
				id: z.uuid().meta({description: 'Who asked.', example: '00000000-0000-7000-8000-000000000001'}),
				name: z.string().meta({description: 'Their name.', example: 'Local administrator'}),
			})
			.nullable()
			.meta({description: 'null: nobody, it happened by itself.'}),
		reason: Reason,
	})
	.meta({
		id: 'ExplanationBecause',
		description: 'Who or what caused the last change.',
		example: {
			actor: {id: '00000000-0000-7000-8000-000000000001', name: 'Local administrator'},
			reason: {code: 'user', params: {command: 'start'}},
		},
	});

const Current = z
	.object({
		id: z.uuid().meta({description: 'The operation.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		kind: z.enum(operationKinds).meta({description: 'What it does.', example: 'start'}),
		isBeingUndone: z.boolean().meta({description: 'What it made is being undone.', example: false}),
		step: z.string().nullable().meta({description: 'The step in the way.', example: 'container'}),
		attempt: z.int().meta({description: 'How many times it was tried.', example: 3}),
		of: z.int().nullable().meta({description: 'How many attempts it has; null: as many as it takes.', example: 5}),
		lastError: Failure.nullable().meta({description: 'What the last attempt failed with.', example: null}),
		nextTryAt: at('When it is tried again; null: it is being tried now.').nullable(),
	})
	.meta({
		id: 'ExplanationOperation',
		description: 'The operation that runs now.',
		example: {
			id: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
			kind: 'start',
			isBeingUndone: false,
			step: 'container',
			attempt: 3,
			of: null,
			lastError: {code: 'ENGINE_UNREACHABLE', params: {reason: 'ECONNREFUSED'}},
			nextTryAt: '2026-05-01T08:00:05.000Z',
		},
	});

const Queued = z
	.object({
		id: z.uuid().meta({description: 'The operation.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		kind: z.enum(operationKinds).meta({description: 'What it does.', example: 'stop'}),
		reason: Reason,
	})
	.meta({
		id: 'ExplanationQueued',
		description: 'An operation that waits for its turn.',
		example: {
			id: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
			kind: 'stop',
			reason: {code: 'user', params: {command: 'stop'}},
		},
	});

const Next = z
	.object({
		action: z.enum(['start', 'stop', 'delete']).meta({description: 'What will happen.', example: 'stop'}),
		at: at('When.'),
		cause: z
			.enum(['autostop', 'lease', 'ttl', 'drift', 'diskLimit'])
			.meta({description: 'lease: something keeps it up until then.', example: 'autostop'}),
		holder: z.string().nullable().meta({description: 'The kind of work that holds the lease.', example: null}),
	})
	.meta({
		id: 'ExplanationNext',
		description: 'What will happen by itself, unless something else does before.',
		example: {action: 'stop', at: '2026-05-01T10:00:00.000Z', cause: 'autostop', holder: null},
	});

export const Explanation = z
	.object({
		workspaceId: z.uuid().meta({description: 'The workspace.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		wanted: z.enum(desiredStates).meta({description: 'What people want.', example: 'running'}),
		status: z.enum(workspaceStatuses).meta({description: 'What the manager does or has reached.', example: 'running'}),
		since: at('Since when it has that status.'),
		seen: Seen,
		because: Because,
		operation: Current.nullable().meta({description: 'null: nothing is under way.'}),
		queue: z.array(Queued).meta({description: 'What comes after it, in order.'}),
		next: z.array(Next).meta({description: 'The coming transitions, the nearest first.'}),
		sentences: z.array(z.string()).meta({
			description: 'All of it in words.',
			example: ['It is wanted running. The engine says that it is running.'],
		}),
	})
	.meta({
		id: 'Explanation',
		description: 'Why a workspace is where it is, and what will happen next.',
		example: {
			workspaceId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
			wanted: 'running',
			status: 'running',
			since: '2026-05-01T08:00:00.000Z',
			seen: {
				state: 'running',
				since: '2026-05-01T08:00:00.000Z',
				confirmedAt: '2026-05-01T08:05:00.000Z',
				exitCode: null,
				reason: null,
			},
			because: {
				actor: {id: '00000000-0000-7000-8000-000000000001', name: 'Local administrator'},
				reason: {code: 'user', params: {command: 'start'}},
			},
			operation: null,
			queue: [],
			next: [{action: 'stop', at: '2026-05-01T10:00:00.000Z', cause: 'autostop', holder: null}],
			sentences: ['It is wanted running.'],
		},
	});
export type ExplanationView = z.infer<typeof Explanation>;
