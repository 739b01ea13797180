import {defineEntity, p} from '@mikro-orm/core';
import {runtimeKinds} from '../containers/container-runtime.ts';

/** One Docker engine or one cluster, as its worker last saw it. The id is the suffix of its task queue. */
const TargetSchema = defineEntity({
	name: 'Target',
	tableName: 'target',
	properties: {
		id: p.string().primary(),
		runtime: p.enum([...runtimeKinds]),
		cpus: p.double().$type<number>(),
		memoryMiB: p.integer().fieldName('memory_mib'),
		seenAt: p.datetime(3),
		/** When everything on it was last compared with the database. */
		sweptAt: p.datetime(3).strictNullable(),
	},
});

export class Target extends TargetSchema.class {}
TargetSchema.setClass(Target);
