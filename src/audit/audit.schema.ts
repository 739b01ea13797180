import {z} from 'zod';
import {listQuery, Page} from '../http/page.ts';

export const outcomes = ['succeeded', 'refused'] as const;
export type Outcome = (typeof outcomes)[number];

const DateTime = z.iso.datetime();
const Id = z.uuid();

const Change = z
	.object({
		entity: z.string().meta({description: 'Of which kind the rows are.', example: 'workspace'}),
		kind: z.enum(['created', 'changed', 'removed']).meta({description: 'What happened to them.', example: 'changed'}),
		fields: z
			.array(z.string())
			.meta({description: 'What of them changed, by name; never a value.', example: ['name', 'memoryMiB']}),
	})
	.meta({id: 'AuditChange', description: 'What happened to rows of one kind.'});

const Credential = z
	.object({
		operations: z.array(z.string()).meta({description: 'All that it was good for.', example: ['job.run']}),
		workspaceId: Id.nullable().meta({description: 'The only workspace that it was for.', example: null}),
	})
	.meta({id: 'AuditCredential', description: 'What a credential was limited to.'});

export const AuditEvent = z
	.object({
		number: z.int().meta({description: 'Counts from 1, without gaps.', example: 42}),
		at: DateTime.meta({description: 'When.', example: '2026-05-01T08:00:00.000Z'}),
		actor: z
			.object({
				id: Id.meta({description: 'Who.', example: '00000000-0000-7000-8000-000000000001'}),
				name: z.string().meta({description: 'As they were called then.', example: 'Ada'}),
			})
			.nullable()
			.meta({
				description: 'Who did it; null: somebody with the key of a webhook.',
				example: {id: '00000000-0000-7000-8000-000000000001', name: 'Ada'},
			}),
		onBehalfOf: Id.nullable().meta({
			description: 'In whose name a program in a workspace did it; null: they did it themselves.',
			example: null,
		}),
		credential: Credential.nullable().meta({
			description: 'What their credential was limited to; null: to nothing.',
			example: null,
		}),
		action: z.string().meta({description: 'The operation, as permissions name it.', example: 'workspace.update'}),
		target: z
			.object({
				type: z.string().meta({description: 'Of which kind.', example: 'workspace'}),
				id: z
					.string()
					.nullable()
					.meta({description: 'Its id; of a secret its name.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
			})
			.meta({
				description: 'What it was done to.',
				example: {type: 'workspace', id: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'},
			}),
		workspaceId: Id.nullable().meta({
			description: 'The workspace that it concerns.',
			example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		}),
		teamId: Id.nullable().meta({description: 'The team that it concerned then.', example: null}),
		outcome: z.enum(outcomes).meta({description: 'Whether it was accepted.', example: 'succeeded'}),
		errorCode: z.string().nullable().meta({description: 'Why it was refused.', example: null}),
		asAdministrator: z
			.boolean()
			.meta({description: 'Nothing but being an administrator of the platform allowed it.', example: false}),
		changes: z.array(Change).meta({description: 'What it changed.'}),
		requestId: z.string().meta({description: 'Of the request, as in the logs.', example: 'f3a1'}),
		address: z.string().nullable().meta({description: 'Where the request came from.', example: '192.0.2.7'}),
		message: z.string().meta({description: 'The same in words.', example: 'Ada: change a workspace.'}),
		hash: z.string().meta({description: 'SHA-256 of the row and the hash before it.', example: '9f86d081884c7d65…'}),
	})
	.meta({id: 'AuditEvent', description: 'What somebody did, or was refused.'});
export type AuditEventView = z.infer<typeof AuditEvent>;

export const ListAudit = listQuery({
	sort: ['-number'],
	filters: {
		actor: Id.optional().meta({description: 'Only by them.', example: '00000000-0000-7000-8000-000000000001'}),
		action: z.string().min(1).max(100).optional().meta({description: 'Only this.', example: 'workspace.delete'}),
		target: z.string().min(1).max(255).optional().meta({
			description: 'Only what was done to this, or to what belongs to it: an id, or the name of a secret.',
			example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		}),
		outcome: z.enum(outcomes).optional().meta({description: 'Only those.', example: 'refused'}),
		from: DateTime.optional().meta({description: 'Then or later.', example: '2026-05-01T00:00:00Z'}),
		to: DateTime.optional().meta({description: 'Before then.', example: '2026-06-01T00:00:00Z'}),
	},
}).meta({id: 'ListAudit', description: 'What to list.', example: {outcome: 'refused', pageSize: 50}});
export type ListAudit = z.infer<typeof ListAudit>;

export const AuditPage = Page(AuditEvent).meta({id: 'AuditPage', description: 'A page of the audit trail.'});

export const VerifyAudit = z
	.strictObject({
		from: z.coerce
			.number()
			.int()
			.min(1)
			.max(Number.MAX_SAFE_INTEGER)
			.default(1)
			.meta({description: 'The first number to verify.', example: 1}),
	})
	.meta({id: 'VerifyAudit', description: 'Which part to verify.', example: {from: 1}});

export const AuditVerification = z
	.object({
		verified: z.int().meta({description: 'So many rows are as they were written.', example: 1234}),
		intact: z.boolean().meta({description: 'Nothing that was looked at is changed or missing.', example: true}),
		firstBroken: z.int().nullable().meta({description: 'The first that is changed or missing.', example: null}),
		next: z.int().nullable().meta({
			description: 'Where to go on: one request verifies for some seconds. null: this was all.',
			example: null,
		}),
		head: z
			.object({
				number: z.int().meta({description: 'Of the last row.', example: 1234}),
				hash: z.string().meta({description: 'Its hash.', example: '9f86d081884c7d65…'}),
			})
			.meta({
				description: 'The end of the chain. Note it down elsewhere: later it proves that all before it is as it was.',
				example: {number: 1234, hash: '9f86d081884c7d65…'},
			}),
	})
	.meta({id: 'AuditVerification', description: 'Whether the audit trail is as it was written.'});
