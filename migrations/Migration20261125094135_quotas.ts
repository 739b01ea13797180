import {Migration} from '@mikro-orm/migrations';

export class Migration20261125094135_quotas extends Migration {
	override name = 'Migration20261125094135_quotas';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "quota" ("id" uuid not null, "user_id" uuid null, "team_id" uuid null, "limits" jsonb not null, "updated_at" timestamptz(3) not null, "updated_by" uuid not null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(`alter table "quota" add constraint "quota_user_id_unique" unique ("user_id");`);
		this.addSql(`alter table "quota" add constraint "quota_team_id_unique" unique ("team_id");`);

		this.addSql(`create index "execution_workspace_end_index" on "execution" ("workspace_id", "finished_at");`);

		this.addSql(
			`alter table "quota" add constraint "quota_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`,
		);
		this.addSql(
			`alter table "quota" add constraint "quota_team_id_foreign" foreign key ("team_id") references "team" ("id") on delete cascade;`,
		);
		this.addSql(`alter table "quota" add constraint "quota_subject_check" check (num_nonnulls(user_id, team_id) = 1);`);
	}
}
