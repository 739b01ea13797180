import {Migration} from '@mikro-orm/migrations';

export class Migration20261125090014_tokens extends Migration {
	override name = 'Migration20261125090014_tokens';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "personal_access_token" ("id" uuid not null, "user_id" uuid not null, "name" varchar(255) not null, "hash" varchar(255) not null, "scopes" jsonb not null, "made_with" uuid null, "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "last_used_at" timestamptz(3) null, primary key ("id"));`,
		);
		this.addSql(`create index "personal_access_token_user_id_index" on "personal_access_token" ("user_id");`);
		this.addSql(
			`alter table "personal_access_token" add constraint "personal_access_token_hash_unique" unique ("hash");`,
		);

		this.addSql(
			`alter table "personal_access_token" add constraint "personal_access_token_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`,
		);
	}
}
