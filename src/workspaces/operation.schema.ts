import {z} from 'zod';
import {operationKinds, operationStatuses} from './workspace-lifecycle.ts';
import {Reason} from './workspace.schema.ts';

const DateTime = z.iso.datetime();

export const Failure = z
	.object({
		code: z.string().meta({description: 'One of the error codes.', example: 'IMAGE_NOT_FOUND'}),
		params: z
			.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
			.meta({description: 'Its facts.', example: {image: 'debian:13'}}),
	})
	.meta({
		id: 'Failure',
		description: 'Why something failed.',
		example: {code: 'IMAGE_NOT_FOUND', params: {image: 'debian:13'}},
	});
export type Failure = z.infer<typeof Failure>;

export const stepStatuses = ['pending', 'running', 'done', 'failed', 'reverting', 'reverted'] as const;

export const OperationStep = z
	.object({
		name: z.string().meta({description: 'Name of the step.', example: 'container'}),
		status: z.enum(stepStatuses).meta({description: 'How far it came.', example: 'done'}),
		attempt: z
			.int()
			.meta({description: 'How many times it was tried; while it is undone, how many times that was.', example: 1}),
		startedAt: DateTime.nullable().meta({description: 'When it was first tried.', example: '2026-05-01T08:00:01.000Z'}),
		finishedAt: DateTime.nullable().meta({description: 'When it ended.', example: '2026-05-01T08:00:01.420Z'}),
		error: Failure.nullable().meta({description: 'What the last attempt failed with.', example: null}),
		nextTryAt: DateTime.nullable().meta({
			description: 'When it will be tried again; null: it is not waiting.',
			example: null,
		}),
	})
	.meta({
		id: 'OperationStep',
		description: 'One step of an operation.',
		example: {
			name: 'container',
			status: 'done',
			attempt: 1,
			startedAt: '2026-05-01T08:00:01.000Z',
			finishedAt: '2026-05-01T08:00:01.420Z',
			error: null,
			nextTryAt: null,
		},
	});
export type OperationStep = z.infer<typeof OperationStep>;

const Id = z.uuid();

export const Operation = z
	.object({
		id: Id.meta({description: 'UUIDv7.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		workspaceId: Id.meta({
			description: 'The workspace that it works on.',
			example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		}),
		number: z.int().meta({description: '1, 2, 3, … within the workspace.', example: 1}),
		kind: z.enum(operationKinds).meta({description: 'What it does.', example: 'create'}),
		status: z.enum(operationStatuses).meta({description: 'How far it came.', example: 'running'}),
		reason: Reason,
		requestedBy: Id.nullable().meta({
			description: 'The user who asked; null: the manager itself.',
			example: '00000000-0000-7000-8000-000000000001',
		}),
		steps: z.array(OperationStep).meta({description: 'In order.'}),
		error: Failure.nullable().meta({description: 'Why it failed.', example: null}),
		message: z.string().meta({description: 'The same in words.', example: 'Create: step 3 of 4 (container).'}),
		cancelRequested: z.boolean().meta({description: 'It is being undone.', example: false}),
		supersededBy: Id.nullable().meta({description: 'The operation that took its place.', example: null}),
		createdAt: DateTime.meta({description: 'When it was accepted.', example: '2026-05-01T08:00:00.000Z'}),
		startedAt: DateTime.nullable().meta({description: 'When it began.', example: '2026-05-01T08:00:00.030Z'}),
		finishedAt: DateTime.nullable().meta({description: 'When it ended.', example: null}),
		allowedOperations: z.array(z.string()).meta({description: 'What the caller may do.', example: ['operation.read']}),
	})
	.meta({id: 'Operation', description: 'Long work on a workspace, step by step.'});
export type OperationView = z.infer<typeof Operation>;

export const Accepted = z
	.object({
		operationId: Id.nullable().meta({
			description: 'Follow it at /operations/{id}; null: there was nothing to do.',
			example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		}),
		workspaceId: Id.meta({description: 'The workspace.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		status: z.string().meta({description: 'Status of the operation, or of the workspace.', example: 'queued'}),
		message: z.string().meta({description: 'What happens now.', example: 'Accepted: start.'}),
	})
	.meta({
		id: 'Accepted',
		description: 'The answer to a command.',
		example: {
			operationId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
			workspaceId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
			status: 'queued',
			message: 'Accepted: start.',
		},
	});
export type Accepted = z.infer<typeof Accepted>;
