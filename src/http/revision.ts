import {AppError} from '../errors.ts';
import type {AppContext} from './context.ts';

/**
 * Says which revision a single resource is at. On a GET that already has it (`If-None-Match`) the answer becomes 304 by itself:
 * set the body as usual. `isWhole: false` when the answer also shows what the revision does not cover.
 */
export const setRevision = (ctx: AppContext, revision: number, {isWhole = true} = {}): void => {
	ctx.set('ETag', `"${revision}"`);
	ctx.set('Cache-Control', 'private, no-cache');
	const known = ctx.get('If-None-Match');
	if (
		isWhole &&
		(ctx.method === 'GET' || ctx.method === 'HEAD') &&
		tags(known).some(tag => tag === '*' || tag === `"${revision}"`)
	) {
		ctx.status = 304; // Koa leaves the body out; setting one does not change a status that was set
	}
};

/**
 * The revision that the caller wants to change; null when any will do (no `If-Match`, or `*`). Weak tags count like strong ones:
 * a proxy that compresses weakens them. Rejects with REVISION_CONFLICT when the tag can be none of ours.
 */
export const ifMatch = (ctx: AppContext): number | null => {
	const header = ctx.get('If-Match');
	if (!header) return null;
	const wanted = tags(header);
	if (wanted.includes('*')) return null;
	const revision = wanted.length === 1 ? /^"(\d{1,15})"$/.exec(wanted[0]!)?.[1] : undefined;
	if (revision === undefined) throw new AppError('REVISION_CONFLICT');
	return Number(revision);
};

/** Rejects with REVISION_CONFLICT{current} unless the resource is still at the wanted revision. */
export const requireRevision = (wanted: number | null, current: number): void => {
	if (wanted !== null && wanted !== current) throw new AppError('REVISION_CONFLICT', {current});
};

const tags = (header: string): string[] => header.split(',').flatMap(tag => tag.trim().replace(/^W\//, '') || []);
