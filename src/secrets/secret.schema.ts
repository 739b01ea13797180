import {z} from 'zod';

const MAX_BYTES = 32_768;

const Name = z
	.string()
	.regex(/^[A-Z][A-Z0-9_]{0,63}$/)
	.meta({
		description: 'Upper case letters, digits and underscores, a letter first, at most 64.',
		example: 'NPM_TOKEN',
	});

export const SecretPath = z
	.object({name: Name})
	.meta({id: 'SecretPath', description: 'Which secret.', example: {name: 'NPM_TOKEN'}});

export const PutSecret = z
	.strictObject({
		value: z
			.string()
			.min(1)
			.refine(value => Buffer.byteLength(value) <= MAX_BYTES, {params: {code: 'TOO_MANY_BYTES', limit: MAX_BYTES}})
			.meta({description: 'The value, 32 KiB at most. It is never shown again.', example: 'a-token'}),
	})
	.meta({id: 'PutSecret', description: 'A secret.', example: {value: 'a-token'}});

const Secret = z
	.object({
		name: Name,
		revision: z.int().meta({description: 'Counts up with every new value.', example: 1}),
		updatedAt: z.iso
			.datetime()
			.meta({description: 'When its value was last written.', example: '2026-05-01T08:00:00.000Z'}),
		updatedBy: z.uuid().meta({description: 'Who wrote it.', example: '00000000-0000-7000-8000-000000000001'}),
	})
	.meta({
		id: 'Secret',
		description: 'A secret without its value.',
		example: {
			name: 'NPM_TOKEN',
			revision: 1,
			updatedAt: '2026-05-01T08:00:00.000Z',
			updatedBy: '00000000-0000-7000-8000-000000000001',
		},
	});
export type SecretView = z.infer<typeof Secret>;

export const SecretList = z
	.object({items: z.array(Secret).meta({description: 'All of them, by name.'})})
	.meta({id: 'SecretList', description: 'Secrets without their values.', example: {items: []}});
