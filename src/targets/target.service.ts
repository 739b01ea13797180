import type {EntityManager} from '@mikro-orm/postgresql';
import type {ContainerRuntime} from '../containers/container-runtime.ts';
import {Target} from './target.entity.ts';

export type TargetService = ReturnType<typeof createTargetService>;

/** What is known of the engine or cluster that this process reaches. */
export const createTargetService = ({em, runtime, id}: {em: EntityManager; runtime: ContainerRuntime; id: string}) => ({
	/** Writes down what the machine has. Rejects with ENGINE_UNREACHABLE. */
	async record(signal: AbortSignal): Promise<void> {
		const capacity = await runtime.capacity(signal);
		const row = {id, runtime: runtime.kind, ...capacity, seenAt: new Date(), sweptAt: null};
		await em.fork().upsert(Target, row, {onConflictExcludeFields: ['sweptAt']});
	},

	/** Every engine or cluster that a worker ever served, by id. */
	async ids(): Promise<string[]> {
		return (await em.fork().findAll(Target, {fields: ['id']})).map(target => target.id);
	},
});
