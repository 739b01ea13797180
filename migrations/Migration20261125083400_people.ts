import {Migration} from '@mikro-orm/migrations';

export class Migration20261125083400_people extends Migration {
	override name = 'Migration20261125083400_people';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "team" ("id" uuid not null, "name" varchar(255) not null, "description" text not null default '', "avatar_url" text null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, "deleted_at" timestamptz(3) null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(`create unique index "team_name_unique" on "team" (lower("name")) where deleted_at is null;`);

		this.addSql(
			`create table "team_member" ("team_id" uuid not null, "user_id" uuid not null, "role" text not null, "joined_at" timestamptz(3) not null, primary key ("team_id", "user_id"));`,
		);
		this.addSql(`create index "team_member_user_id_index" on "team_member" ("user_id");`);

		this.addSql(
			`create table "workspace_member" ("workspace_id" uuid not null, "user_id" uuid not null, "role" text not null, "added_by" uuid not null, "created_at" timestamptz(3) not null, primary key ("workspace_id", "user_id"));`,
		);
		this.addSql(`create index "workspace_member_user_id_index" on "workspace_member" ("user_id");`);

		this.addSql(
			`alter table "user" add "issuer" text null, add "subject" varchar(255) null, add "email" varchar(255) null, add "email_verified" boolean not null default false, add "language" text null, add "time_zone" varchar(255) null, add "disabled_at" timestamptz(3) null, add "last_seen_at" timestamptz(3) null, add "revision" int not null default 1;`,
		);
		this.addSql(`alter table "user" add constraint "user_issuer_subject_unique" unique ("issuer", "subject");`);
		this.addSql(`alter table "user" add constraint "user_language_check" check ("language" in ('en', 'zh-TW'));`);

		this.addSql(`drop index "workspace_owner_name_unique";`);
		this.addSql(`alter table "workspace" add "team_id" uuid null;`);
		this.addSql(
			`alter table "workspace" add constraint "workspace_team_id_foreign" foreign key ("team_id") references "team" ("id") on delete restrict;`,
		);
		this.addSql(`create index "workspace_team_id_index" on "workspace" ("team_id");`);
		this.addSql(
			`create unique index "workspace_name_unique" on "workspace" (coalesce("team_id", "owner_id"), "name") where deleted_at is null;`,
		);

		this.addSql(
			`alter table "team_member" add constraint "team_member_team_id_foreign" foreign key ("team_id") references "team" ("id") on update cascade on delete cascade;`,
		);
		this.addSql(
			`alter table "team_member" add constraint "team_member_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade;`,
		);
		this.addSql(
			`alter table "team_member" add constraint "team_member_role_check" check ("role" in ('viewer', 'member', 'admin', 'owner'));`,
		);

		this.addSql(
			`alter table "workspace_member" add constraint "workspace_member_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on update cascade on delete cascade;`,
		);
		this.addSql(
			`alter table "workspace_member" add constraint "workspace_member_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade;`,
		);
		this.addSql(
			`alter table "workspace_member" add constraint "workspace_member_role_check" check ("role" in ('viewer', 'editor', 'manager'));`,
		);

		this.addSql(
			`create view "workspace_access" as
        select "id" as "workspace_id", "owner_id" as "user_id", 'owner' as "role" from "workspace"
        union all select "workspace_id", "user_id", "role" from "workspace_member"
        union all select w."id", m."user_id", case m."role" when 'viewer' then 'viewer' when 'member' then 'editor' else 'manager' end
          from "workspace" w join "team_member" m on m."team_id" = w."team_id";`,
		);
	}
}
