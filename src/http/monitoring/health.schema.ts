import {z} from 'zod';

const Status = z.enum(['healthy', 'unhealthy']);
const status = (of: string) => Status.meta({description: `Whether ${of} answers.`, example: 'healthy'});

export const CheckResult = z
	.object({
		status: status('it'),
		latencyMs: z.int().meta({description: 'How long it took to answer, or to give up.', example: 3}),
		code: z.string().optional().meta({description: 'Why it is unhealthy.', example: 'TIMEOUT'}),
	})
	.meta({id: 'CheckResult', description: 'What asking one part came to.', example: {status: 'healthy', latencyMs: 3}});
export type CheckResult = z.infer<typeof CheckResult>;

export const Health = z
	.object({
		status: z.enum(['healthy', 'degraded', 'unhealthy']).meta({
			description: 'degraded: something is away, and the API serves all the same; unhealthy: it cannot serve.',
			example: 'healthy',
		}),
		service: z.string().meta({description: 'Which service this is.', example: 'workspace-manager'}),
		version: z.string().meta({description: 'Which version of it.', example: '0.1.0'}),
		timestamp: z.iso.datetime().meta({description: 'When it was asked.', example: '2026-05-01T08:00:00.000Z'}),
		database: status('PostgreSQL'),
		redis: status('Redis'),
		temporal: status('Temporal'),
		containers: status('the container engine'),
		authentication: z
			.enum(['enabled', 'disabled'])
			.meta({description: 'disabled: everybody is the local administrator.', example: 'enabled'}),
		checks: z
			.object({database: CheckResult, redis: CheckResult, temporal: CheckResult, containers: CheckResult})
			.meta({description: 'The same with more detail.'}),
	})
	.meta({
		id: 'Health',
		description: 'How the service is, and each part that it needs.',
		example: {
			status: 'degraded',
			service: 'workspace-manager',
			version: '0.1.0',
			timestamp: '2026-05-01T08:00:00.000Z',
			database: 'healthy',
			redis: 'unhealthy',
			temporal: 'healthy',
			containers: 'healthy',
			authentication: 'enabled',
			checks: {
				database: {status: 'healthy', latencyMs: 2},
				redis: {status: 'unhealthy', latencyMs: 1000, code: 'TIMEOUT'},
				temporal: {status: 'healthy', latencyMs: 5},
				containers: {status: 'healthy', latencyMs: 9},
			},
		},
	});
export type Health = z.infer<typeof Health>;

export const Liveness = z
	.object({status: z.literal('alive').meta({description: 'Always alive: it answered.', example: 'alive'})})
	.meta({id: 'Liveness', description: 'The process answers.', example: {status: 'alive'}});

export const Readiness = z
	.object({
		status: z.enum(['ready', 'notReady']).meta({description: 'Whether to send requests here.', example: 'ready'}),
		reason: z
			.enum(['STOPPING', 'DATABASE_UNAVAILABLE', 'MIGRATIONS_PENDING'])
			.nullable()
			.meta({description: 'Why not; null when ready.', example: null}),
	})
	.meta({
		id: 'Readiness',
		description: 'Whether the service can take requests.',
		example: {status: 'ready', reason: null},
	});
export type Readiness = z.infer<typeof Readiness>;

export const KeycloakHealth = z
	.object({
		status: z
			.enum(['disabled', 'healthy', 'unhealthy'])
			.meta({description: 'disabled: signing in is off; else whether Keycloak answers.', example: 'healthy'}),
		latencyMs: CheckResult.shape.latencyMs.optional(),
		code: CheckResult.shape.code,
	})
	.meta({
		id: 'KeycloakHealth',
		description: 'Whether people can sign in.',
		example: {status: 'healthy', latencyMs: 12},
	});
export type KeycloakHealth = z.infer<typeof KeycloakHealth>;
