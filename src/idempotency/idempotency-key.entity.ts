import {defineEntity, p} from '@mikro-orm/core';
import type {StoredAnswer} from './idempotency.service.ts';

/** A request that must not take effect twice, with the answer that it got. Kept for a day. */
const IdempotencyKeySchema = defineEntity({
	name: 'IdempotencyKey',
	tableName: 'idempotency_key',
	properties: {
		actor: p.uuid().primary(),
		key: p.string().primary(),
		route: p.text(),
		digest: p.string(),
		answer: p.json<StoredAnswer>(),
		createdAt: p.datetime(3).index(),
	},
});

export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);
