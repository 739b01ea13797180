import {Migration} from '@mikro-orm/migrations';

export class Migration20261125092602_invitations extends Migration {
	override name = 'Migration20261125092602_invitations';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "invitation" ("id" uuid not null, "team_id" uuid not null, "email" varchar(255) null, "user_id" uuid null, "role" text not null, "token_hash" varchar(255) not null, "invited_by_id" uuid not null, "status" text not null default 'pending', "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "answered_at" timestamptz(3) null, "mailed_at" timestamptz(3) null, "mail_error" varchar(255) null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(`create index "invitation_team_id_index" on "invitation" ("team_id");`);
		this.addSql(`create index "invitation_email_index" on "invitation" ("email");`);
		this.addSql(`create index "invitation_user_id_index" on "invitation" ("user_id");`);
		this.addSql(`alter table "invitation" add constraint "invitation_token_hash_unique" unique ("token_hash");`);

		this.addSql(`alter table "lease" add "held_by" uuid null;`);

		this.addSql(
			`alter table "invitation" add constraint "invitation_team_id_foreign" foreign key ("team_id") references "team" ("id");`,
		);
		this.addSql(
			`alter table "invitation" add constraint "invitation_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`,
		);
		this.addSql(
			`alter table "invitation" add constraint "invitation_invited_by_id_foreign" foreign key ("invited_by_id") references "user" ("id");`,
		);
		this.addSql(
			`alter table "invitation" add constraint "invitation_for_check" check (num_nonnulls(email, user_id) = 1);`,
		);
		this.addSql(
			`alter table "invitation" add constraint "invitation_role_check" check ("role" in ('viewer', 'member', 'admin', 'owner'));`,
		);
		this.addSql(
			`alter table "invitation" add constraint "invitation_status_check" check ("status" in ('pending', 'accepted', 'declined', 'revoked', 'expired'));`,
		);
	}
}
