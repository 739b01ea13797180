import {z} from 'zod';
import {engineObjectTypes} from '../containers/container-runtime.ts';
import {listQuery, Page} from '../http/page.ts';
import {keptReasons, orphanReasons} from './orphan-rules.ts';

const DateTime = z.iso.datetime();

export const Orphan = z
	.object({
		target: z.string().meta({description: 'The engine or cluster that it is on.', example: 'docker-local'}),
		type: z.enum(engineObjectTypes).meta({description: 'What it is.', example: 'container'}),
		objectId: z.string().meta({description: 'Its id there.', example: '4d055a0a48fd'}),
		name: z.string().meta({description: 'Its name there.', example: 'wsm-01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e-1'}),
		workspaceId: z
			.string()
			.meta({description: 'The workspace that its label names.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		generation: z.int().nullable().meta({description: 'The generation that its label names.', example: 1}),
		reason: z.enum(orphanReasons).meta({description: 'Why it belongs to no workspace.', example: 'workspaceDeleted'}),
		createdAt: DateTime.meta({description: 'When it was made.', example: '2026-05-01T08:00:00.000Z'}),
		firstSeenAt: DateTime.meta({description: 'When a sweep first saw it.', example: '2026-05-01T08:01:00.000Z'}),
		lastSeenAt: DateTime.meta({description: 'When a sweep last saw it.', example: '2026-05-01T08:05:00.000Z'}),
		sweeps: z.int().meta({description: 'How many sweeps saw it.', example: 5}),
		isRemovable: z.boolean().meta({description: 'The next sweeps will remove it, ten at a time.', example: false}),
		keptBecause: z.array(z.enum(keptReasons)).meta({
			description:
				'Why it is not removed: seen by one sweep only, younger than ten minutes, files of an unknown workspace.',
			example: ['young'],
		}),
		message: z.string().meta({description: 'The same in words.', example: 'Its workspace was deleted.'}),
	})
	.meta({id: 'Orphan', description: 'An object on an engine that belongs to no workspace.'});
export type OrphanView = z.infer<typeof Orphan>;

export const ListOrphans = listQuery({
	sort: ['-lastSeenAt', 'createdAt'],
	filters: {
		target: z.string().max(63).optional().meta({description: 'Only those of this target.', example: 'docker-local'}),
	},
}).meta({id: 'ListOrphans', description: 'What to list.', example: {pageSize: 50}});
export const OrphanPage = Page(Orphan).meta({id: 'OrphanPage', description: 'A page of orphans.'});

export const RemoveOrphans = z
	.strictObject({
		dryRun: z
			.enum(['true', 'false'])
			.default('true')
			.meta({description: 'true: only say what would be removed.', example: 'true'}),
	})
	.meta({id: 'RemoveOrphans', description: 'How to remove.', example: {dryRun: 'true'}});

export const OrphanRemoval = z
	.object({
		dryRun: z.boolean().meta({description: 'Nothing is removed.', example: true}),
		removed: z.array(Orphan).meta({description: 'What the next sweep removes, ten at most.'}),
		kept: z.array(Orphan).meta({description: 'What stays for now, and why; a hundred at most.'}),
	})
	.meta({id: 'OrphanRemoval', description: 'What a removal comes to.', example: {dryRun: true, removed: [], kept: []}});
