import {defineEntity, p} from '@mikro-orm/core';
import {User} from '../users/user.entity.ts';
import {Workspace} from '../workspaces/workspace.entity.ts';

/** A value that is written and never shown again. It belongs to a workspace or to a person, never to both. */
const SecretSchema = defineEntity({
	name: 'Secret',
	tableName: 'secret',
	properties: {
		id: p.uuid().primary(),
		workspace: () => p.manyToOne(Workspace).mapToPk().strictNullable().deleteRule('cascade'),
		user: () => p.manyToOne(User).mapToPk().strictNullable().deleteRule('cascade'),
		name: p.string(),
		ciphertext: p.blob(),
		/** Which key it was encrypted with. */
		keyId: p.string(),
		createdAt: p.datetime(3),
		updatedAt: p.datetime(3),
		updatedBy: p.uuid(),
		revision: p.integer().version(),
	},
	uniques: [
		{properties: ['workspace', 'name'], name: 'secret_workspace_name_unique'},
		{properties: ['user', 'name'], name: 'secret_user_name_unique'},
	],
	checks: [{name: 'secret_scope_check', expression: 'num_nonnulls(workspace_id, user_id) = 1'}],
});

export class Secret extends SecretSchema.class {}
SecretSchema.setClass(Secret);
