import {Migration} from '@mikro-orm/migrations';

export class Migration20261125013042_lifecycle extends Migration {
	override name = 'Migration20261125013042_lifecycle';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "idempotency_key" ("actor" uuid not null, "key" varchar(255) not null, "route" text not null, "digest" varchar(255) not null, "answer" jsonb not null, "created_at" timestamptz(3) not null, primary key ("actor", "key"));`,
		);
		this.addSql(`create index "idempotency_key_created_at_index" on "idempotency_key" ("created_at");`);

		this.addSql(
			`create table "orphan" ("target" varchar(255) not null, "type" text not null, "object_id" varchar(255) not null, "name" varchar(255) not null, "workspace" varchar(255) not null, "generation" int null, "reason" text not null, "created_at" timestamptz(3) not null, "first_seen_at" timestamptz(3) not null, "last_seen_at" timestamptz(3) not null, "sweeps" int not null, primary key ("target", "type", "object_id"));`,
		);

		this.addSql(
			`create table "lease" ("workspace_id" uuid not null, "holder" varchar(255) not null, "expires_at" timestamptz(3) not null, primary key ("workspace_id", "holder"));`,
		);
		this.addSql(`create index "lease_expires_at_index" on "lease" ("expires_at");`);

		this.addSql(`alter table "target" add "swept_at" timestamptz(3) null;`);

		this.addSql(`alter table "workspace" add "observed_reason" text null;`);
		this.addSql(
			`alter table "workspace" add constraint "workspace_observed_reason_check" check ("observed_reason" in ('outOfMemory', 'exited'));`,
		);

		this.addSql(
			`alter table "orphan" add constraint "orphan_type_check" check ("type" in ('container', 'network', 'volume'));`,
		);
		this.addSql(
			`alter table "orphan" add constraint "orphan_reason_check" check ("reason" in ('workspaceUnknown', 'workspaceDeleted', 'otherGeneration'));`,
		);

		this.addSql(
			`alter table "lease" add constraint "lease_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id");`,
		);
	}
}
