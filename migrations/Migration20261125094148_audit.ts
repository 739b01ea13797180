import {Migration} from '@mikro-orm/migrations';

export class Migration20261125094148_audit extends Migration {
	override name = 'Migration20261125094148_audit';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "audit_event" ("number" bigint not null, "previous_hash" varchar(255) not null, "hash" varchar(255) not null, "at" timestamptz(3) not null, "actor_id" uuid null, "actor_name" varchar(255) null, "on_behalf_of" uuid null, "credential" jsonb null, "action" varchar(255) not null, "target_type" varchar(255) not null, "target_id" varchar(255) null, "workspace_id" uuid null, "team_id" uuid null, "outcome" text not null, "error_code" varchar(255) null, "as_administrator" boolean not null, "changes" jsonb not null, "request_id" varchar(255) not null, "address" varchar(255) null, primary key ("number"));`,
		);
		this.addSql(`create index "audit_event_at_index" on "audit_event" ("at");`);
		this.addSql(`create index "audit_event_actor_index" on "audit_event" ("actor_id", "at");`);
		this.addSql(`create index "audit_event_target_index" on "audit_event" ("target_id", "number");`);
		this.addSql(`create index "audit_event_workspace_index" on "audit_event" ("workspace_id", "number");`);
		this.addSql(`create index "audit_event_team_index" on "audit_event" ("team_id", "number");`);

		this.addSql(
			`create table "audit_head" ("id" int not null, "number" bigint not null, "hash" varchar(255) not null, primary key ("id"));`,
		);

		this.addSql(
			`alter table "audit_event" add constraint "audit_event_outcome_check" check ("outcome" in ('succeeded', 'refused'));`,
		);

		this.addSql(`alter table "audit_head" add constraint "audit_head_one_row_check" check (id = 1);`);

		// By hand: the chain and its end.
		this.addSql(`insert into "audit_head" ("id", "number", "hash") values (1, 0, repeat('0', 64));`);
		this.addSql(`
      create function audit_event_digest(e audit_event) returns text language sql stable as $$
        select encode(sha256(convert_to(jsonb_build_array(
          e.number, e.previous_hash, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), e.actor_id, e.actor_name,
          e.on_behalf_of, e.credential, e.action, e.target_type, e.target_id, e.workspace_id, e.team_id, e.outcome, e.error_code,
          e.as_administrator, e.changes, e.request_id, e.address)::text, 'UTF8')), 'hex')
      $$;`);
		this.addSql(`
      create function audit_event_chain() returns trigger language plpgsql as $$
      begin
        select h.number + 1, h.hash into new.number, new.previous_hash from audit_head h for update;
        new.at := date_trunc('milliseconds', clock_timestamp());
        new.hash := audit_event_digest(new);
        update audit_head set number = new.number, hash = new.hash;
        return new;
      end $$;`);
		this.addSql(`
      create function audit_event_refuse() returns trigger language plpgsql as $$
      begin
        raise exception 'audit_event is append-only';
      end $$;`);
		this.addSql(
			`create trigger audit_event_chain before insert on "audit_event" for each row execute function audit_event_chain();`,
		);
		this.addSql(
			`create trigger audit_event_refuse before update or delete or truncate on "audit_event" for each statement execute function audit_event_refuse();`,
		);
	}
}
