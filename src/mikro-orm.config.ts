import {fileURLToPath} from 'node:url';
import {Migrator} from '@mikro-orm/migrations';
import {defineConfig} from '@mikro-orm/postgresql';
import {AuditEvent} from './audit/audit-event.entity.ts';
import {AuditHead} from './audit/audit-head.entity.ts';
import {loadConfig} from './config.ts';
import {connectionPool} from './connection-pool.ts';
import {ExecutionOutput} from './automation/execution-output.entity.ts';
import {Execution} from './automation/execution.entity.ts';
import {JobSchedule} from './automation/job-schedule.entity.ts';
import {Job} from './automation/job.entity.ts';
import {Notification} from './automation/notifications/notification.entity.ts';
import {IdempotencyKey} from './idempotency/idempotency-key.entity.ts';
import {Orphan} from './orphans/orphan.entity.ts';
import {Quota} from './quotas/quota.entity.ts';
import {Secret} from './secrets/secret.entity.ts';
import {PersonalAccessToken} from './sign-in/access-tokens/personal-access-token.entity.ts';
import {Installation} from './targets/installation.entity.ts';
import {Target} from './targets/target.entity.ts';
import {Invitation} from './teams/invitations/invitation.entity.ts';
import {TeamMember} from './teams/team-member.entity.ts';
import {Team} from './teams/team.entity.ts';
import {fitColumns, StorableDriver} from './storable.ts';
import {tellWitness} from './transaction.ts';
import {User} from './users/user.entity.ts';
import {Lease} from './workspaces/lease.entity.ts';
import {Operation} from './workspaces/operation.entity.ts';
import {WorkspaceEvent} from './workspaces/workspace-event.entity.ts';
import {WorkspaceMember} from './workspaces/workspace-member.entity.ts';
import {Workspace} from './workspaces/workspace.entity.ts';

const platform = [Installation, Target, IdempotencyKey, Orphan, Secret];
const people = [User, Team, TeamMember, Invitation, PersonalAccessToken];
const workspaces = [Workspace, WorkspaceMember, Operation, WorkspaceEvent, Lease];
const limits = [Quota, AuditEvent, AuditHead];
const automation = [Job, JobSchedule, Execution, ExecutionOutput, Notification];

/** How the service sees the database at this URL. */
export const ormOptions = (databaseUrl: string) =>
	defineConfig({
		clientUrl: databaseUrl,
		driver: StorableDriver,
		discovery: {onMetadata: fitColumns},
		entities: [...platform, ...people, ...workspaces, ...automation, ...limits],
		subscribers: [tellWitness],
		extensions: [Migrator],
		migrations: {
			path: fileURLToPath(new URL('../migrations', import.meta.url)),
			glob: 'Migration*.ts',
			snapshotName: '.snapshot',
			silent: true,
			fileName: (timestamp, name) => `Migration${timestamp}${name ? `_${name}` : ''}`,
		},
		// Migrations make these by hand: no entity describes them.
		schemaGenerator: {ignoreTriggers: true, ignoreRoutines: true, skipViews: [/./]},
		pool: {min: 1, max: 10},
		driverOptions: connectionPool,
		forceUtcTimezone: true,
	});

/** For the MikroORM CLI, which reads the default export. */
export default () => ormOptions(loadConfig().databaseUrl);
