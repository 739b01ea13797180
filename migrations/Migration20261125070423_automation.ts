import {Migration} from '@mikro-orm/migrations';

export class Migration20261125070423_automation extends Migration {
	override name = 'Migration20261125070423_automation';

	override up(): void | Promise<void> {
		this.addSql(
			`create table "job" ("id" uuid not null, "workspace_id" uuid not null, "name" varchar(255) not null, "description" text not null default '', "kind" text not null, "agent" text null, "prompt" text null, "command" jsonb null, "model" varchar(255) null, "agent_options" jsonb not null, "timeout_seconds" int not null, "retry" jsonb not null, "wake" text not null, "after_run" text not null, "trigger" jsonb not null, "policy" jsonb not null, "status" text not null, "pause_note" text null, "failure_streak" int not null default 0, "covered_until" timestamptz(3) not null, "webhook_key_hash" varchar(255) null, "notifications" jsonb null, "tags" jsonb not null, "created_by_id" uuid not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, "deleted_at" timestamptz(3) null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(
			`create index "job_due_index" on "job" ("covered_until") where status = 'active' and deleted_at is null;`,
		);
		this.addSql(
			`create unique index "job_workspace_name_unique" on "job" ("workspace_id", "name") where deleted_at is null;`,
		);

		this.addSql(`create table "job_schedule" ("job_id" uuid not null, "revision" int null, primary key ("job_id"));`);

		this.addSql(
			`create table "execution" ("id" uuid not null, "job_id" uuid not null, "workspace_id" uuid not null, "trigger" text not null, "nominal_time" timestamptz(3) not null, "work" jsonb not null, "requested_by" uuid null, "retry_of" uuid null, "payload" text null, "delivery" varchar(255) null, "status" text not null, "reason" jsonb null, "workflow_id" varchar(255) not null, "cancel_reason" jsonb null, "attempt" int not null default 1, "not_before" timestamptz(3) null, "started_workspace" boolean not null default false, "session_id" varchar(255) null, "resumes" varchar(255) null, "attempt_offset" bigint not null default '0', "created_at" timestamptz(3) not null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "exit_code" int null, "result" jsonb null, "revision" int not null default 1, primary key ("id"));`,
		);
		this.addSql(
			`create index "execution_active_index" on "execution" ("workspace_id", "created_at") where status in ('queued', 'waiting', 'running');`,
		);
		this.addSql(`create index "execution_workspace_time_index" on "execution" ("workspace_id", "nominal_time");`);
		this.addSql(
			`create unique index "execution_nominal_time_unique" on "execution" ("job_id", "nominal_time") where trigger = 'schedule';`,
		);
		this.addSql(
			`create unique index "execution_backfilled_time_unique" on "execution" ("job_id", "nominal_time") where trigger = 'backfill';`,
		);
		this.addSql(`alter table "execution" add constraint "execution_delivery_unique" unique ("job_id", "delivery");`);

		this.addSql(
			`create table "notification" ("id" uuid not null, "execution_id" uuid not null, "event" text not null, "url" text not null, "status" text not null, "attempts" int not null default 0, "last_status" int null, "last_error" varchar(255) null, "created_at" timestamptz(3) not null, "last_attempt_at" timestamptz(3) null, primary key ("id"));`,
		);
		this.addSql(`create index "notification_execution_id_index" on "notification" ("execution_id");`);
		this.addSql(`create index "notification_pending_index" on "notification" ("created_at") where status = 'pending';`);

		this.addSql(
			`create table "execution_output" ("execution_id" uuid not null, "offset" bigint not null, "bytes" bytea not null, "at" timestamptz(3) not null, primary key ("execution_id", "offset"));`,
		);

		this.addSql(
			`alter table "job" add constraint "job_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id");`,
		);
		this.addSql(
			`alter table "job" add constraint "job_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`,
		);
		this.addSql(`alter table "job" add constraint "job_kind_check" check ("kind" in ('agent', 'command'));`);
		this.addSql(
			`alter table "job" add constraint "job_agent_check" check ("agent" in ('claude-code', 'codex', 'gemini', 'opencode'));`,
		);
		this.addSql(
			`alter table "job" add constraint "job_wake_check" check ("wake" in ('startIfStopped', 'skipIfStopped'));`,
		);
		this.addSql(`alter table "job" add constraint "job_after_run_check" check ("after_run" in ('leave', 'restore'));`);
		this.addSql(
			`alter table "job" add constraint "job_status_check" check ("status" in ('draft', 'active', 'paused', 'completed'));`,
		);

		this.addSql(
			`alter table "job_schedule" add constraint "job_schedule_job_id_foreign" foreign key ("job_id") references "job" ("id") on update cascade on delete cascade;`,
		);

		this.addSql(
			`alter table "execution" add constraint "execution_job_id_foreign" foreign key ("job_id") references "job" ("id");`,
		);
		this.addSql(
			`alter table "execution" add constraint "execution_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id");`,
		);
		this.addSql(
			`alter table "execution" add constraint "execution_trigger_check" check ("trigger" in ('schedule', 'manual', 'webhook', 'backfill', 'retry'));`,
		);
		this.addSql(
			`alter table "execution" add constraint "execution_status_check" check ("status" in ('queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled', 'timedOut', 'skipped', 'missed', 'unknown'));`,
		);

		this.addSql(
			`alter table "notification" add constraint "notification_execution_id_foreign" foreign key ("execution_id") references "execution" ("id");`,
		);
		this.addSql(
			`alter table "notification" add constraint "notification_event_check" check ("event" in ('queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled', 'timedOut', 'skipped', 'missed', 'unknown'));`,
		);
		this.addSql(
			`alter table "notification" add constraint "notification_status_check" check ("status" in ('pending', 'delivered', 'failed'));`,
		);

		this.addSql(
			`alter table "execution_output" add constraint "execution_output_execution_id_foreign" foreign key ("execution_id") references "execution" ("id");`,
		);
	}

	override down(): void | Promise<void> {
		this.addSql(`alter table "job_schedule" drop constraint "job_schedule_job_id_foreign";`);
		this.addSql(`alter table "execution" drop constraint "execution_job_id_foreign";`);
		this.addSql(`alter table "notification" drop constraint "notification_execution_id_foreign";`);
		this.addSql(`alter table "execution_output" drop constraint "execution_output_execution_id_foreign";`);

		this.addSql(`drop table if exists "job" cascade;`);
		this.addSql(`drop table if exists "job_schedule" cascade;`);
		this.addSql(`drop table if exists "execution" cascade;`);
		this.addSql(`drop table if exists "notification" cascade;`);
		this.addSql(`drop table if exists "execution_output" cascade;`);
	}
}
