import {defineEntity, p} from '@mikro-orm/core';
import type {Grant} from '../access/actor.ts';
import {outcomes} from './audit.schema.ts';
import type {Change} from './changes.ts';

/**
 * What somebody did. The database numbers the rows, chains them by their hashes, and lets nobody change or remove one: its triggers are in the
 * migration `audit`. Nothing refers to other tables: a row outlives all that it tells of.
 */
const AuditEventSchema = defineEntity({
	name: 'AuditEvent',
	tableName: 'audit_event',
	properties: {
		/** From 1, without gaps. */
		number: p.bigint('number').primary().autoincrement(false),
		/** The one before; of the first: 64 zeros. */
		previousHash: p.string(),
		/** SHA-256 of all of the row but itself. */
		hash: p.string(),
		at: p.datetime(3).index(),
		/** null: somebody with the key of a webhook. */
		actorId: p.uuid().strictNullable(),
		/** As they were called then. */
		actorName: p.string().strictNullable(),
		/** In whose name a program acted that has a credential of a workspace; null: a person did it themselves. */
		onBehalfOf: p.uuid().strictNullable(),
		/** What the credential was limited to. */
		credential: p.json<Grant>().strictNullable(),
		/** An operation of the permission table. */
		action: p.string(),
		targetType: p.string(),
		/** Of a secret: its name. */
		targetId: p.string().strictNullable(),
		workspaceId: p.uuid().strictNullable(),
		/** The team that it concerned then. */
		teamId: p.uuid().strictNullable(),
		outcome: p.enum([...outcomes]),
		errorCode: p.string().strictNullable(),
		/** Nothing but being an administrator of the platform allowed it. */
		asAdministrator: p.boolean(),
		changes: p.json<Change[]>(),
		requestId: p.string(),
		address: p.string().strictNullable(),
	},
	indexes: [
		{properties: ['actorId', 'at'], name: 'audit_event_actor_index'},
		{properties: ['targetId', 'number'], name: 'audit_event_target_index'},
		{properties: ['workspaceId', 'number'], name: 'audit_event_workspace_index'},
		{properties: ['teamId', 'number'], name: 'audit_event_team_index'},
	],
});

export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);
