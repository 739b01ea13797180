import {defineEntity, p} from '@mikro-orm/core';

/** Who this database is. Every engine object carries the id, so two installations can share an engine. One row, made by the first migration. */
const InstallationSchema = defineEntity({
	name: 'Installation',
	tableName: 'installation',
	properties: {
		id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
		createdAt: p.datetime(3).defaultRaw('now()'),
	},
});

export class Installation extends InstallationSchema.class {}
InstallationSchema.setClass(Installation);
