import {createAuditRouter} from './audit/audit.router.ts';
import {createCalendarRouter} from './automation/calendar.router.ts';
import {createExecutionRouter} from './automation/execution.router.ts';
import {createJobRouter} from './automation/job.router.ts';
import {createNotificationRouter} from './automation/notifications/notification.router.ts';
import {createWebhookRouter} from './automation/webhook.router.ts';
import type {AppRouter} from './http/router.ts';
import {createImageRouter} from './images/image.router.ts';
import {createOrphanRouter} from './orphans/orphan.router.ts';
import {createQuotaRouter} from './quotas/quota.router.ts';
import {createSecretRouter} from './secrets/secret.router.ts';
import type {Services} from './services.ts';
import {createAccessTokenRouter} from './sign-in/access-tokens/access-token.router.ts';
import {createWorkspaceTokenRouter} from './sign-in/workspace-tokens/workspace-token.router.ts';
import {createSessionRouter} from './sign-in/sessions/session.router.ts';
import {createInvitationRouter} from './teams/invitations/invitation.router.ts';
import {createTeamMemberRouter} from './teams/team-member.router.ts';
import {createTeamRouter} from './teams/team.router.ts';
import {createUserRouter} from './users/user.router.ts';
import {createLiveRouter} from './workspaces/live.router.ts';
import {createOperationRouter} from './workspaces/operation.router.ts';
import {createWorkspaceCommandRouter} from './workspaces/workspace-command.router.ts';
import {createWorkspaceEventRouter} from './workspaces/workspace-event.router.ts';
import {createWorkspaceMemberRouter} from './workspaces/workspace-member.router.ts';
import {createWorkspaceRouter} from './workspaces/workspace.router.ts';

/** Every resource of the API. */
export const createRouters = (services: Services): AppRouter[] => [
	createImageRouter(services),
	createWorkspaceRouter(services),
	createWorkspaceCommandRouter(services),
	createOperationRouter(services),
	createWorkspaceEventRouter(services),
	createLiveRouter(services),
	createSecretRouter(services),
	createAccessTokenRouter(services),
	createWorkspaceTokenRouter(services),
	createJobRouter(services),
	createExecutionRouter(services),
	createCalendarRouter(services),
	createWebhookRouter(services),
	createNotificationRouter(services),
	createOrphanRouter(services),
	createSessionRouter(services),
	createUserRouter(services),
	createTeamRouter(services),
	createTeamMemberRouter(services),
	createInvitationRouter(services),
	createWorkspaceMemberRouter(services),
	createQuotaRouter(services),
	createAuditRouter(services),
];
