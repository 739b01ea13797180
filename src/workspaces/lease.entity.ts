import {defineEntity, p} from '@mikro-orm/core';
import {Workspace} from './workspace.entity.ts';

/** Something that keeps a workspace up. A holder that dies no longer renews it, and it expires by itself. */
const LeaseSchema = defineEntity({
	name: 'Lease',
	tableName: 'lease',
	properties: {
		workspace: () => p.manyToOne(Workspace).mapToPk().primary(),
		/** What kind of work, and which: `keepalive`, `exec:<id>`. */
		holder: p.string().primary(),
		expiresAt: p.datetime(3).index(),
		/** Whose work it is; it ends with their access. Null: nobody's own. */
		heldBy: p.uuid().nullable(),
	},
});

export class Lease extends LeaseSchema.class {
	/** `exec` of `exec:<id>`. */
	kind(): string {
		return this.holder.split(':', 1)[0] ?? this.holder;
	}
}
LeaseSchema.setClass(Lease);
