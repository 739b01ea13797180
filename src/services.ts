import {Redis} from 'ioredis';
import {connectTemporal} from '../temporal/client.ts';
import {createAccessService} from './access/access.service.ts';
import {createRoles} from './access/roles.ts';
import {createWithdrawals} from './access/withdrawal.ts';
import {createAuditTrail} from './audit/audit-trail.ts';
import {createAuditService} from './audit/audit.service.ts';
import {createAutomationSweepService} from './automation/automation-sweep.service.ts';
import {createCalendarService} from './automation/calendar.service.ts';
import {createClaimService} from './automation/claim.service.ts';
import {createDrainService} from './automation/drain.service.ts';
import {createExecutionJournal} from './automation/execution-journal.service.ts';
import {createExecutionOutputService} from './automation/execution-output.service.ts';
import {createExecutionService} from './automation/execution.service.ts';
import {createExecutionWaker} from './automation/execution-waker.ts';
import {createJobService} from './automation/job.service.ts';
import {createNotificationService} from './automation/notifications/notification.service.ts';
import {createRunService} from './automation/runs/run.service.ts';
import {createSupervisor} from './automation/supervisor/supervisor.ts';
import {createScheduleFollower} from './automation/schedule-follower.ts';
import type {Config} from './config.ts';
import type {ContainerRuntime} from './containers/container-runtime.ts';
import {createDockerRuntime} from './containers/docker/docker-runtime.ts';
import {isMigrated, openDatabase} from './database.ts';
import {createHealthService} from './http/monitoring/health.service.ts';
import {createRateLimits} from './http/rate-limits.ts';
import {createImageCatalogue, readImageCatalogue} from './images/image-catalogue.ts';
import {createIdempotencyService} from './idempotency/idempotency.service.ts';
import type {Logger} from './logger.ts';
import {createMailer} from './mail/mailer.ts';
import {createOrphanService} from './orphans/orphan.service.ts';
import {createTargetSweepService} from './orphans/target-sweep.service.ts';
import {createSignIn} from './sign-in/create-sign-in.ts';
import {createQuotaService} from './quotas/quota.service.ts';
import {createSecretCipher} from './secrets/secret-cipher.ts';
import {createSecretService} from './secrets/secret.service.ts';
import {createTargetService} from './targets/target.service.ts';
import {createInvitationAnswerService} from './teams/invitations/invitation-answer.service.ts';
import {createInvitationMail} from './teams/invitations/invitation-mail.ts';
import {createInvitationService} from './teams/invitations/invitation.service.ts';
import {createInvitationViews} from './teams/invitations/invitation.view.ts';
import {createTeamMemberService} from './teams/team-member.service.ts';
import {createTeamService} from './teams/team.service.ts';
import {createUserService} from './users/user.service.ts';
import {createDiskService} from './workspaces/disk.service.ts';
import {createDriftService} from './workspaces/drift.service.ts';
import {createEventBus} from './workspaces/event-bus.ts';
import {createExplanationService} from './workspaces/explanation.service.ts';
import {createLeaseService} from './workspaces/lease.service.ts';
import {createLiveService} from './workspaces/live.service.ts';
import {createMailboxService} from './workspaces/mailbox.service.ts';
import {createOperationJournal} from './workspaces/operation-journal.service.ts';
import {createOperationService} from './workspaces/operation.service.ts';
import {createSweepService} from './workspaces/sweep.service.ts';
import {createWaker} from './workspaces/waker.ts';
import {createWorkspaceEventService} from './workspaces/workspace-event.service.ts';
import {createWorkspaceMemberService} from './workspaces/workspace-member.service.ts';
import {createWorkspaceService} from './workspaces/workspace.service.ts';
import {createWorkspaceTransactions} from './workspaces/workspace-transaction.ts';
import {createWorkspaceTransferService} from './workspaces/workspace-transfer.service.ts';
import type {WorkspaceWorkflows} from './workspaces/workspace.workflows.ts';

export type Services = Awaited<ReturnType<typeof createServices>>;

export interface ServiceOptions {
	/** Bring the database up to date (the API), or wait until someone has (a worker). */
	migrate: boolean;
	/** Instead of the configured engine. */
	runtime?: (installationId: string) => ContainerRuntime;
	/** Instead of Temporal. */
	workflows?: WorkspaceWorkflows;
	/** Where workflows run, when not on the product's own queue. */
	taskQueue?: string;
	/** Instead of the configured catalogue. */
	images?: Parameters<typeof createImageCatalogue>[0];
}

/** Builds everything from the settings. The only place where collaborators meet. Rejects when the database cannot be used within a minute. */
export const createServices = async (config: Config, log: Logger, options: ServiceOptions) => {
	const images = options.images ? createImageCatalogue(options.images) : readImageCatalogue(config.imageCatalogue);
	const {orm, installationId} = await openDatabase(config.databaseUrl, {migrate: options.migrate, log});
	const {em} = orm;
	const redis = connectRedis(config.redisUrl, log);
	const temporal = connectTemporal({...config, ...(options.taskQueue ? {taskQueue: options.taskQueue} : {})});
	const runtime =
		options.runtime?.(installationId) ??
		createDockerRuntime({
			docker: config.dockerHost,
			installationId,
			networkPool: config.networkPool,
			labels: config.containerLabels,
		});
	const target = config.containerTarget;

	const events = createEventBus({redis, log});
	const transactions = createWorkspaceTransactions({em, events});
	const workflows = options.workflows ?? temporal.workflows;
	const waker = createWaker({workflows, log});
	const roles = createRoles({em});
	const access = createAccessService({roles});
	const quotas = createQuotaService({em, defaults: {user: config.quotasPerUser, team: config.quotasPerTeam}});
	const workspaces = createWorkspaceService({
		em,
		transactions,
		waker,
		access,
		images,
		quotas,
		target,
		runtime: runtime.kind,
	});
	const leases = createLeaseService({em, transactions, waker, log});
	const idempotency = createIdempotencyService({em});

	const secrets = createSecretService({em, transactions, workspaces, cipher: createSecretCipher(config.secretKey)});
	const automation = createAutomation();
	const signIn = createSignIn({em, redis, config, log});
	const people = createPeople();

	return {
		...automation,
		...people,
		config,
		log,
		orm,
		redis,
		temporal,
		runtime,
		images,
		waker,
		workspaces,
		leases,
		idempotency,
		operations: createOperationService({em, transactions, waker, quotas}),
		explanations: createExplanationService({em}),
		secrets,
		orphans: createOrphanService({em, workflows}),
		targetSweep: createTargetSweepService({
			em,
			runtime,
			workflows,
			disks: createDiskService({em, transactions, waker}),
			log,
		}),
		targets: createTargetService({em, runtime, id: target}),
		journal: createOperationJournal({em, transactions, onEnded: automation.executionWaker.lookIn}),
		drift: createDriftService({em, transactions, runtime}),
		mailbox: createMailboxService({em, transactions, runtimeSteps: runtime.steps}),
		sweep: createSweepService({em, workflows, log}),
		workspaceEvents: createWorkspaceEventService({em, events}),
		live: createLiveService({workspaces, leases, runtime}),
		roles,
		access,
		...signIn,
		quotas,
		rateLimits: createRateLimits({redis, installationId, ...config}),
		audit: createAuditService({em}),
		auditTrail: createAuditTrail({em, roles}),
		health: createHealthService({
			checks: {
				database: () => em.fork().execute('select 1'),
				redis: () => redis.ping(),
				temporal: () => temporal.ping(),
				containers: signal => runtime.ping(signal),
			},
			migrationsDone: () => isMigrated(orm),
			keycloak: signIn.pingKeycloak,
		}),

		/** Waits for what is under way, then lets go of every connection. */
		async close(): Promise<void> {
			await Promise.all([waker.settle(), automation.settle(), people.invitationMail.settle()]);
			await events.close();
			redis.disconnect();
			await temporal.close();
			await orm.close(true);
		},
	};

	function createPeople() {
		const {executionWaker, scheduleFollower} = automation;
		const withdrawals = createWithdrawals({waker: executionWaker, workspaceWaker: waker, follower: scheduleFollower});
		const common = {em, transactions, access, withdrawals, quotas};
		const {publicUrl} = config;
		const invitationMail = createInvitationMail({em, mailer: createMailer(config), publicUrl, log});
		return {
			users: createUserService(common),
			teams: createTeamService({em}),
			teamMembers: createTeamMemberService(common),
			invitations: createInvitationService({em, access, mail: invitationMail}),
			invitationAnswers: createInvitationAnswerService({em, roles}),
			invitationViews: createInvitationViews({em}),
			invitationMail,
			workspaceMembers: createWorkspaceMemberService(common),
			workspaceTransfers: createWorkspaceTransferService(common),
		};
	}

	function createAutomation() {
		const {jobSchedules: schedules, executionWorkflows} = temporal;
		const executionWaker = createExecutionWaker({em, workflows: executionWorkflows, log});
		const follower = createScheduleFollower({em, schedules, log});
		const common = {em, transactions, waker: executionWaker, quotas, follower};
		const notifications = createNotificationService({em, secretKey: config.secretKey});
		const jobs = createJobService({...common, notifications, minimumSeconds: config.jobMinimumSeconds});
		const claims = createClaimService(common);
		const executionJournal = createExecutionJournal({...common, workspaceWaker: waker, events, leases});
		const executionOutput = createExecutionOutputService({em, events});
		const supervisor = createSupervisor({runtime});
		return {
			executionWaker,
			scheduleFollower: follower,
			jobs,
			claims,
			drain: createDrainService(common),
			notifications,
			calendar: createCalendarService({em}),
			executions: createExecutionService(common),
			executionJournal,
			executionOutput,
			runs: createRunService({em, secrets, runtime, supervisor, executionJournal, executionOutput}),
			automationSweep: createAutomationSweepService({
				...common,
				schedules,
				claims,
				jobs,
				workflows: executionWorkflows,
				log,
			}),
			/** Resolves when nothing of automation is under way in this process. */
			async settle(): Promise<void> {
				await Promise.all([executionWaker.settle(), follower.settle()]);
			},
		};
	}
};

/** Never holds a request up: while Redis is away every command fails at once, and whoever asked does without. */
const connectRedis = (url: string, log: Logger): Redis => {
	const redis = new Redis(url, {
		maxRetriesPerRequest: 0,
		enableOfflineQueue: false,
		connectTimeout: 2000,
		// One that takes commands and does not answer is away, too.
		socketTimeout: 1000,
	});
	redis.on('error', error => log.debug({err: error}, 'redis'));
	redis.once('close', () => log.warn('redis is away; live events fall back to polling'));
	return redis;
};
