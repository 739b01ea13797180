import {Migration} from '@mikro-orm/migrations';

export class Migration20261123000000_initial extends Migration {
	override name = 'Migration20261123000000_initial';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "installation" ("id" uuid not null default gen_random_uuid(), "created_at" timestamptz(3) not null default now(), primary key ("id"));`,
		);
		this.addSql(`insert into "installation" default values;`);

		this.addSql(
			`create table "target" ("id" varchar(255) not null, "runtime" text not null, "cpus" double precision not null, "memory_mib" int not null, "seen_at" timestamptz(3) not null, primary key ("id"));`,
		);
		this.addSql(
			`alter table "target" add constraint "target_runtime_check" check ("runtime" in ('docker', 'kubernetes'));`,
		);

		this.addSql(
			`create table "user" ("id" uuid not null, "name" varchar(255) not null, "platform_role" text not null default 'member', "created_at" timestamptz(3) not null, primary key ("id"));`,
		);
		this.addSql(
			`alter table "user" add constraint "user_platform_role_check" check ("platform_role" in ('member', 'admin'));`,
		);

		this.addSql(
			`create table "workspace" ("id" uuid not null, "name" varchar(255) not null, "description" text not null default '', "owner_id" uuid not null, "runtime" text not null, "target" varchar(255) not null, "image" varchar(255) not null, "pinned_image" varchar(255) null, "git_url" text null, "branch" varchar(255) null, "setup_script" text null, "env" jsonb not null, "cpus" double precision not null, "memory_mib" int not null, "pids" int not null, "health_command" jsonb null, "health_timeout_seconds" int not null default 60, "restart_policy" jsonb not null, "autostop_minutes" int null, "ttl_minutes" int null, "settings_pending" boolean not null default false, "desired" text not null, "status" text not null, "observed" text not null default 'absent', "observed_at" timestamptz(3) null, "exit_code" int null, "reason" jsonb not null, "generation" int not null default 1, "last_generation" int not null default 1, "bootstrap" jsonb not null, "repairs" int not null default 0, "repair_after" timestamptz(3) null, "last_activity_at" timestamptz(3) not null, "provisioned_at" timestamptz(3) null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, "deleted_at" timestamptz(3) null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(`create index "workspace_owner_id_index" on "workspace" ("owner_id");`);
		this.addSql(`create index "workspace_created_at_index" on "workspace" ("created_at");`);
		this.addSql(`create index "workspace_live_status_index" on "workspace" ("status") where deleted_at is null;`);
		this.addSql(
			`create unique index "workspace_owner_name_unique" on "workspace" ("owner_id", "name") where deleted_at is null;`,
		);
		this.addSql(
			`alter table "workspace" add constraint "workspace_runtime_check" check ("runtime" in ('docker', 'kubernetes'));`,
		);
		this.addSql(
			`alter table "workspace" add constraint "workspace_desired_check" check ("desired" in ('running', 'stopped', 'deleted'));`,
		);
		this.addSql(
			`alter table "workspace" add constraint "workspace_status_check" check ("status" in ('creating', 'starting', 'running', 'stopping', 'stopped', 'restarting', 'deleting', 'error'));`,
		);
		this.addSql(
			`alter table "workspace" add constraint "workspace_observed_check" check ("observed" in ('absent', 'starting', 'running', 'stopped', 'dead'));`,
		);

		this.addSql(
			`create table "operation" ("id" uuid not null, "workspace_id" uuid not null, "number" int not null, "kind" text not null, "status" text not null, "reason" jsonb not null, "requested_by" uuid null, "steps" jsonb not null, "error" jsonb null, "cancel_requested" boolean not null default false, "generation" int null, "previous_generation" int null, "previous_status" text null, "pinned_image" varchar(255) null, "superseded_by" uuid null, "created_at" timestamptz(3) not null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(
			`create index "operation_active_index" on "operation" ("workspace_id") where status in ('queued', 'running');`,
		);
		this.addSql(
			`alter table "operation" add constraint "operation_workspace_number_unique" unique ("workspace_id", "number");`,
		);
		this.addSql(
			`alter table "operation" add constraint "operation_kind_check" check ("kind" in ('create', 'start', 'stop', 'restart', 'rebuild', 'bootstrap', 'delete'));`,
		);
		this.addSql(
			`alter table "operation" add constraint "operation_status_check" check ("status" in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded'));`,
		);
		this.addSql(
			`alter table "operation" add constraint "operation_previous_status_check" check ("previous_status" in ('creating', 'starting', 'running', 'stopping', 'stopped', 'restarting', 'deleting', 'error'));`,
		);

		this.addSql(
			`create table "workspace_event" ("id" bigserial primary key, "workspace_id" uuid not null, "type" text not null, "code" varchar(255) not null, "params" jsonb not null, "at" timestamptz(3) not null);`,
		);
		this.addSql(`create index "workspace_event_workspace_id_index" on "workspace_event" ("workspace_id", "id");`);
		this.addSql(
			`alter table "workspace_event" add constraint "workspace_event_type_check" check ("type" in ('operation', 'step', 'status'));`,
		);

		this.addSql(
			`alter table "workspace" add constraint "workspace_owner_id_foreign" foreign key ("owner_id") references "user" ("id");`,
		);

		this.addSql(
			`alter table "operation" add constraint "operation_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id");`,
		);

		this.addSql(
			`alter table "workspace_event" add constraint "workspace_event_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id");`,
		);
	}
}
