import {defineEntity, p} from '@mikro-orm/core';

/** The one row that says where the chain ends: whoever appends waits for it, and rows that were cut off at the end are missed. */
const AuditHeadSchema = defineEntity({
	name: 'AuditHead',
	tableName: 'audit_head',
	properties: {
		id: p.integer().primary().autoincrement(false),
		number: p.bigint('number'),
		hash: p.string(),
	},
	checks: [{name: 'audit_head_one_row_check', expression: 'id = 1'}],
});

export class AuditHead extends AuditHeadSchema.class {}
AuditHeadSchema.setClass(AuditHead);
