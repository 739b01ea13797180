import {defineEntity, p} from '@mikro-orm/core';
import {engineObjectTypes} from '../containers/container-runtime.ts';
import {orphanReasons} from './orphan-rules.ts';

/** An engine object that belongs to no workspace, as the sweeps saw it. The row goes when the object does. */
const OrphanSchema = defineEntity({
	name: 'Orphan',
	tableName: 'orphan',
	properties: {
		target: p.string().primary(),
		type: p.enum([...engineObjectTypes]).primary(),
		/** Its id on the engine. */
		objectId: p.string().primary(),
		name: p.string(),
		workspace: p.string(),
		generation: p.integer().strictNullable(),
		reason: p.enum([...orphanReasons]),
		createdAt: p.datetime(3),
		firstSeenAt: p.datetime(3),
		lastSeenAt: p.datetime(3),
		/** How many sweeps in a row saw it. */
		sweeps: p.integer(),
	},
});

export class Orphan extends OrphanSchema.class {}
OrphanSchema.setClass(Orphan);
