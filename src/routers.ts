import type {AppRouter} from './http/router.ts';
import {createImageRouter} from './images/image.router.ts';
import {createOrphanRouter} from './orphans/orphan.router.ts';
import {createSecretRouter} from './secrets/secret.router.ts';
import type {Services} from './services.ts';
import {createLiveRouter} from './workspaces/live.router.ts';
import {createOperationRouter} from './workspaces/operation.router.ts';
import {createWorkspaceCommandRouter} from './workspaces/workspace-command.router.ts';
import {createWorkspaceEventRouter} from './workspaces/workspace-event.router.ts';
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
	createOrphanRouter(services),
];
