import {z} from 'zod';
import {scopes} from './scopes.ts';

const MOST_DAYS = 366;
const DateTime = z.iso.datetime();

const Name = z.string().min(1).max(100).meta({description: 'What it is for.', example: 'nightly builds'});

const Scopes = z
	.array(
		z.enum(scopes).meta({description: 'An operation, all that begins with a word, or everything.', example: 'job.*'}),
	)
	.min(1)
	.max(100)
	.meta({
		description: 'What it is good for, as long as its owner may: operations, groups such as workspace.*, or *.',
		example: ['workspace.*', 'job.run'],
	});

export const CreateAccessToken = z
	.strictObject({
		name: Name,
		scopes: Scopes.transform(list => [...new Set(list)]),
		expiresAt: DateTime.transform(text => new Date(text))
			.refine(date => date.getTime() > Date.now(), {params: {code: 'NOT_IN_THE_FUTURE'}})
			.refine(date => date.getTime() <= Date.now() + MOST_DAYS * 86_400_000, {
				params: {code: 'TOO_FAR_AHEAD', days: MOST_DAYS},
			})
			.meta({description: 'When it ends: within a year.', example: '2026-12-01T00:00:00Z'}),
	})
	.meta({
		id: 'CreateAccessToken',
		description: 'A personal access token.',
		example: {name: 'nightly builds', scopes: ['workspace.*', 'job.run'], expiresAt: '2026-12-01T00:00:00Z'},
	});
export type CreateAccessToken = z.infer<typeof CreateAccessToken>;

const example = {
	id: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
	name: 'nightly builds',
	scopes: ['workspace.*', 'job.run'],
	createdAt: '2026-05-01T08:00:00.000Z',
	expiresAt: '2026-12-01T00:00:00.000Z',
	lastUsedAt: null,
};

const AccessToken = z
	.object({
		id: z.uuid().meta({description: 'Names it, to revoke it.', example: example.id}),
		name: Name,
		scopes: z.array(z.string()).meta({description: 'What it is good for.', example: example.scopes}),
		createdAt: DateTime.meta({description: 'When it was made.', example: example.createdAt}),
		expiresAt: DateTime.meta({description: 'When it ends, or has ended.', example: example.expiresAt}),
		lastUsedAt: DateTime.nullable().meta({
			description: 'When it was last used, to the minute; null: never.',
			example: '2026-05-01T08:10:00.000Z',
		}),
	})
	.meta({id: 'AccessToken', description: 'A personal access token, without what is secret in it.', example});
export type AccessTokenView = z.infer<typeof AccessToken>;

export const NewAccessToken = AccessToken.extend({
	token: z.string().meta({
		description: 'Goes into the header Authorization, after the word Bearer. It is never shown again.',
		example: 'wsm_pat_0hB3tGq2Vd8KpWcYz5RnXe7LmUaJs10hB3tG',
	}),
}).meta({
	id: 'NewAccessToken',
	description: 'A personal access token, this once with what is secret in it.',
	example: {...example, token: 'wsm_pat_0hB3tGq2Vd8KpWcYz5RnXe7LmUaJs10hB3tG'},
});

export const AccessTokenList = z
	.object({items: z.array(AccessToken).meta({description: 'All of them, the newest first.'})})
	.meta({id: 'AccessTokenList', description: 'The personal access tokens of somebody.', example: {items: [example]}});
