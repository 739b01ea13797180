import {Migration} from '@mikro-orm/migrations';

export class Migration20261125061745_secrets extends Migration {
	override name = 'Migration20261125061745_secrets';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "secret" ("id" uuid not null, "workspace_id" uuid null, "user_id" uuid null, "name" varchar(255) not null, "ciphertext" bytea not null, "key_id" varchar(255) not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, "updated_by" uuid not null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(`alter table "secret" add constraint "secret_workspace_name_unique" unique ("workspace_id", "name");`);
		this.addSql(`alter table "secret" add constraint "secret_user_name_unique" unique ("user_id", "name");`);

		this.addSql(
			`alter table "secret" add constraint "secret_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
		);
		this.addSql(
			`alter table "secret" add constraint "secret_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`,
		);
		this.addSql(
			`alter table "secret" add constraint "secret_scope_check" check (num_nonnulls(workspace_id, user_id) = 1);`,
		);
	}
}
