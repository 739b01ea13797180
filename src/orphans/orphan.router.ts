import {authorize} from '../http/authorize.ts';
import {idempotent} from '../http/idempotent.ts';
import {sortOrder, toPage, toWindow} from '../http/page.ts';
import {parseQuery} from '../http/parse.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {type Language, translate} from '../i18n/translate.ts';
import type {Orphan} from './orphan.entity.ts';
import {keptBecause} from './orphan-rules.ts';
import {ListOrphans, type OrphanView, RemoveOrphans} from './orphan.schema.ts';
import type {OrphanService} from './orphan.service.ts';

export const createOrphanRouter = ({orphans}: {orphans: OrphanService}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/admin/orphans:
	 *   get:
	 *     tags: [Administration]
	 *     operationId: listOrphans
	 *     summary: Engine objects that belong to no workspace
	 *     x-query: ListOrphans
	 *     responses:
	 *       200:
	 *         description: One page, as of the last sweep
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/OrphanPage'}}}
	 */
	router.get('/admin/orphans', authorize('orphan.list'), async ctx => {
		const query = parseQuery(ctx, ListOrphans);
		const {field, direction} = sortOrder(query.sort);
		const [found, total] = await orphans.list({
			...toWindow(query),
			target: query.target,
			orderBy: {[field]: direction},
		});
		ctx.body = toPage(
			found.map(orphan => viewOrphan(orphan, ctx.state.language)),
			query,
			total,
		);
	});

	/**
	 * @openapi
	 * /api/v1/admin/orphans/removal:
	 *   post:
	 *     tags: [Administration]
	 *     operationId: removeOrphans
	 *     summary: Remove orphans now, or say which would be removed
	 *     description: >
	 *       Removes what every sweep removes: what two of them saw, is older than ten minutes and holds no files of an unknown workspace, ten
	 *       objects at most.
	 *     x-query: RemoveOrphans
	 *     responses:
	 *       200:
	 *         description: A dry run, or nothing to remove
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/OrphanRemoval'}}}
	 *       202:
	 *         description: The sweep that removes them has begun
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/OrphanRemoval'}}}
	 */
	router.post('/admin/orphans/removal', authorize('orphan.remove'), idempotent, async ctx => {
		const dryRun = parseQuery(ctx, RemoveOrphans).dryRun === 'true';
		const {removed, kept} = await orphans.remove({dryRun});
		const view = (orphan: Orphan) => viewOrphan(orphan, ctx.state.language);
		ctx.status = dryRun || removed.length === 0 ? 200 : 202;
		ctx.body = {dryRun, removed: removed.map(view), kept: kept.map(view)};
	});

	return router;
};

const viewOrphan = (orphan: Orphan, language: Language): OrphanView => {
	const kept = keptBecause(orphan, Date.now());
	const words = [
		translate(language, `orphans.${orphan.reason}`),
		...kept.map(reason => translate(language, `orphans.${reason}`)),
	];
	return {
		target: orphan.target,
		type: orphan.type,
		objectId: orphan.objectId,
		name: orphan.name,
		workspaceId: orphan.workspace,
		generation: orphan.generation,
		reason: orphan.reason,
		createdAt: orphan.createdAt.toISOString(),
		firstSeenAt: orphan.firstSeenAt.toISOString(),
		lastSeenAt: orphan.lastSeenAt.toISOString(),
		sweeps: orphan.sweeps,
		isRemovable: kept.length === 0,
		keptBecause: kept,
		message: words.join(' '),
	};
};
