import type {ErrorCode} from '../errors.ts';

export interface ErrorText {
	title: string;
	detail: string;
}

/** The words of every error. `{{name}}` is filled from the error's params. */
export const enErrors = {
	INVALID_JSON: {title: 'Not valid JSON', detail: 'The body of the request is not valid JSON.'},
	AUTHENTICATION_REQUIRED: {title: 'Sign in first', detail: 'This needs to know who you are.'},
	CROSS_SITE_REFUSED: {
		title: 'Another site may not do this',
		detail:
			'A page of another site sent this request. List its origin in ALLOWED_ORIGINS if it may change things here.',
	},
	HOST_NOT_ALLOWED: {
		title: 'Not served under this name',
		detail: 'The service does not answer to this host name. List it in ALLOWED_HOSTS if it is yours.',
	},
	PERMISSION_DENIED: {title: 'Not allowed', detail: 'Your role does not allow the operation "{{operation}}".'},
	ROUTE_NOT_FOUND: {title: 'Nothing here', detail: 'There is nothing at this address.'},
	METHOD_NOT_ALLOWED: {
		title: 'Method not allowed',
		detail: 'This address does not take {{method}}. It takes {{allowed}}.',
	},
	REVISION_CONFLICT: {
		title: 'Changed in the meantime',
		detail: 'It was changed after you read it. Read it again, then repeat your change.',
	},
	BODY_TOO_LARGE: {title: 'Body too large', detail: 'The body of the request is larger than {{limitBytes}} bytes.'},
	UNSUPPORTED_MEDIA_TYPE: {
		title: 'Unsupported media type',
		detail: 'Send the body as application/json.',
	},
	VALIDATION_FAILED: {title: 'Some fields are not right', detail: 'Correct the fields listed under "errors".'},
	IDEMPOTENCY_IN_PROGRESS: {
		title: 'Under way already',
		detail: 'Another request with the same Idempotency-Key is being answered just now. Try again in a moment.',
	},
	IDEMPOTENCY_KEY_INVALID: {
		title: 'Not a key',
		detail: 'An Idempotency-Key has 1 to 255 visible ASCII characters.',
	},
	IDEMPOTENCY_KEY_REUSED: {
		title: 'Key used before',
		detail: 'The same Idempotency-Key was used for another request. Take a new one for each.',
	},
	IDEMPOTENCY_NOT_SUPPORTED: {
		title: 'No keys here',
		detail: 'This cannot promise to take effect only once. Send it without an Idempotency-Key.',
	},
	WORKFLOWS_UNAVAILABLE: {
		title: 'Workflow service not reachable',
		detail: 'The workflow service cannot be reached. Try again in a moment.',
	},
	TOO_MANY_REQUESTS: {
		title: 'Too many requests',
		detail:
			'There were more than {{perMinute}} requests of this kind within a minute. Go on in {{retryAfterSeconds}} seconds.',
	},
	INTERNAL_ERROR: {
		title: 'Something went wrong here',
		detail: 'This is a fault of the service, not of your request. Name the request id when you report it.',
	},
	DATABASE_UNAVAILABLE: {
		title: 'Database not reachable',
		detail: 'The database cannot be reached. Try again in a moment.',
	},

	TOKEN_INVALID: {
		title: 'Not a good token',
		detail: 'The token that came with the request is not one that is good here.',
	},
	TOKEN_EXPIRED: {title: 'Token expired', detail: 'The token has expired. Get a new one.'},
	USER_DISABLED: {title: 'Disabled', detail: 'Your account is disabled. Ask an administrator.'},
	IDENTITY_PROVIDER_UNAVAILABLE: {
		title: 'Sign-in service not reachable',
		detail: 'The service that knows who you are cannot be reached. Try again in a moment.',
	},

	TOKEN_NOT_FOUND: {title: 'Token not found', detail: 'You have no such token.'},
	TOKEN_LIMIT_REACHED: {
		title: 'Too many tokens',
		detail: 'There can be {{limit}} tokens that are good. Revoke one that is no longer needed.',
	},
	TOKEN_EXCEEDS_CREDENTIAL: {
		title: 'More than your own token',
		detail: 'A token cannot make one that is good for more, or for longer, than itself.',
	},
	SIGN_IN_OFF: {
		title: 'Signing in is off',
		detail: 'Everybody is the local administrator here; nobody has to sign in.',
	},
	SIGN_IN_NOT_PENDING: {
		title: 'No such sign-in',
		detail:
			'This browser did not begin this sign-in, began another one later, or took longer than {{minutes}} minutes.',
	},
	SIGN_IN_FAILED: {
		title: 'Not confirmed',
		detail: 'The sign-in service did not confirm this sign-in. Its address may have been used before.',
	},
	SIGN_IN_REFUSED: {title: 'Sign-in refused', detail: 'The sign-in service does not let you in ({{reason}}).'},
	CSRF_REJECTED: {
		title: 'Not from a page of this service',
		detail:
			'With a cookie, a request must come from a page of this service or of an allowed origin, and a change must carry the csrfToken of /auth/session in X-CSRF-Token.',
	},
	SESSIONS_UNAVAILABLE: {
		title: 'Sessions not reachable',
		detail: 'Whether you are signed in cannot be found out just now. Try again in a moment.',
	},

	USER_NOT_FOUND: {title: 'User not found', detail: 'There is no such user.'},
	TEAM_NOT_FOUND: {title: 'Team not found', detail: 'There is no such team, or you may not see it.'},
	TEAM_NAME_TAKEN: {title: 'Name taken', detail: 'There is a team named "{{name}}".'},
	TEAM_HAS_WORKSPACES: {
		title: 'Team has workspaces',
		detail: 'The team has workspaces ({{count}}). Delete them, or move them out of the team.',
	},
	LAST_ADMINISTRATOR: {
		title: 'Last administrator',
		detail: 'There would be no administrator left who can sign in. Make somebody else one first.',
	},
	CANNOT_DISABLE_YOURSELF: {title: 'That is you', detail: 'Nobody disables themselves. Ask another administrator.'},
	LAST_OWNER: {
		title: 'Last owner',
		detail: 'The team would have no owner left who can sign in. Make somebody else one first.',
	},
	MEMBER_NOT_FOUND: {title: 'Not a member', detail: 'There is no such member here.'},
	ALREADY_MEMBER: {title: 'Member already', detail: 'They have a role here already. Change that instead.'},
	OWNER_NOT_IN_TEAM: {
		title: 'Owner not in the team',
		detail: 'Whoever owns a workspace of a team is a member of that team.',
	},
	ROLE_ABOVE_OWN: {title: 'Role above your own', detail: 'You can neither give the role "{{role}}" nor take it away.'},
	INVITATION_NOT_FOUND: {
		title: 'Invitation not found',
		detail: 'There is no such invitation, or it is not for you.',
	},
	INVITATION_PENDING: {
		title: 'Invited already',
		detail: 'There is an invitation for them that is still open. Send that one again, or take it back.',
	},
	INVITATION_NOT_PENDING: {title: 'Not open any more', detail: 'The invitation is {{status}}.'},
	INVITER_MAY_NOT: {
		title: 'No longer valid',
		detail: 'Whoever invited you may not do so any more. Ask the team for a new invitation.',
	},

	WORKSPACE_NOT_FOUND: {title: 'Workspace not found', detail: 'There is no such workspace, or you may not see it.'},
	WORKSPACE_NAME_TAKEN: {title: 'Name taken', detail: 'There is a workspace named "{{name}}".'},
	WORKSPACE_DELETING: {title: 'Being deleted', detail: 'The workspace is being deleted and takes no more commands.'},
	WORKSPACE_NOT_RUNNING: {title: 'Not running', detail: 'This needs a running workspace. Start it first.'},
	OPERATION_NOT_FOUND: {title: 'Operation not found', detail: 'There is no such operation, or you may not see it.'},
	OPERATION_ENDED: {title: 'Over already', detail: 'The operation has ended ({{status}}); there is nothing to cancel.'},
	OPERATION_NOT_CANCELLABLE: {title: 'No way back', detail: 'A deletion cannot be cancelled once it is accepted.'},
	IMAGE_NOT_IN_CATALOGUE: {title: 'Image not on offer', detail: 'The image "{{image}}" is not in the catalogue.'},
	RESOURCES_EXCEED_MACHINE: {
		title: 'More than the machine has',
		detail: 'The machine has {{cpus}} CPUs and {{memoryMiB}} MiB of memory in all.',
	},
	RUNTIME_NOT_AVAILABLE: {
		title: 'Runtime not available',
		detail: 'No {{runtime}} is connected to this service.',
	},
	CATALOGUE_IMAGE_NOT_FOUND: {title: 'Image not found', detail: 'There is no such image in the catalogue.'},

	QUOTA_EXCEEDED: {
		title: 'Quota exceeded',
		detail: 'The quota "{{quota}}" is {{limit}}; {{used}} of it is in use, and this needs {{wanted}} more.',
	},

	SECRET_NOT_FOUND: {title: 'Secret not found', detail: 'There is no secret of that name.'},
	SECRET_LIMIT_REACHED: {
		title: 'Too many secrets',
		detail: 'There can be {{limit}} secrets here. Delete one that is no longer needed.',
	},
	SECRETS_NOT_CONFIGURED: {
		title: 'No key for secrets',
		detail: 'This service has no key to encrypt secrets with. Whoever operates it has to set SECRET_KEY.',
	},
	SECRET_UNREADABLE: {
		title: 'Secret cannot be read',
		detail: 'The secret "{{name}}" was encrypted with another key. Store it again.',
	},

	JOB_NOT_FOUND: {title: 'Job not found', detail: 'There is no such job, or you may not see it.'},
	JOB_NAME_TAKEN: {title: 'Name taken', detail: 'The workspace already has a job named "{{name}}".'},
	JOB_NOT_ACTIVE: {title: 'Not active', detail: 'The job is neither active nor paused, but {{status}}.'},
	TRIGGER_IN_THE_PAST: {title: 'Over already', detail: 'The time of the trigger has passed.'},
	EXECUTION_NOT_FOUND: {title: 'Execution not found', detail: 'There is no such execution, or you may not see it.'},
	EXECUTION_ENDED: {title: 'Over already', detail: 'The execution has ended ({{status}}); there is nothing to cancel.'},
	BACKFILL_TOO_LARGE: {
		title: 'Too many times',
		detail: 'The job has more than {{limit}} times in there. Take a shorter part.',
	},
	JOB_WITHOUT_WEBHOOK: {title: 'No webhook', detail: 'The trigger of the job is not a webhook.'},
	WEBHOOK_KEY_INVALID: {title: 'Key not right', detail: 'There is no such webhook, or the X-API-Key is not its key.'},
	TRIGGER_TOO_OFTEN: {title: 'Too often', detail: 'A job may be due every {{seconds}} seconds at most.'},
	AGENT_CREDENTIALS_MISSING: {
		title: 'No key for the model',
		detail: 'Neither the workspace nor whoever made the job has a secret {{name}}.',
	},
	RUN_NOT_STARTED: {
		title: 'Run not started',
		detail: 'The process could not be started in the workspace (exit code {{exitCode}}): {{output}}',
	},
	EXECUTION_NOT_ENDED: {title: 'Still under way', detail: 'The execution has not ended yet. Cancel it, or wait.'},

	ENGINE_UNREACHABLE: {
		title: 'Container engine not reachable',
		detail: 'The container engine does not answer. The work goes on by itself once it does.',
	},
	ENGINE_ERROR: {title: 'Container engine failed', detail: 'The container engine answered: {{message}}'},
	ENGINE_REFUSED: {title: 'Container engine refused', detail: 'The container engine does not accept this: {{message}}'},
	NETWORK_NOT_FOUND: {title: 'No network', detail: 'The network of the workspace is gone; it is made again.'},
	OBJECT_IN_USE: {title: 'Still in use', detail: 'Something of the workspace is still in use on the engine.'},
	IMAGE_NOT_FOUND: {title: 'Image not found', detail: 'The image "{{image}}" is neither here nor in its registry.'},
	IMAGE_WITHOUT_COMMAND: {title: 'Image starts nothing', detail: 'The image names no command to run.'},
	NAME_TAKEN_BY_STRANGER: {
		title: 'Name taken on the engine',
		detail: 'Something that this service did not make is already named "{{name}}" on the engine.',
	},
	STALE_GENERATION: {title: 'Out of date', detail: 'A newer generation of the workspace has taken over.'},
	ADDRESS_POOL_EXHAUSTED: {
		title: 'No network left',
		detail: 'Every network of the pool is in use. One is free again when a workspace is deleted.',
	},
	PORT_TAKEN: {title: 'Port taken', detail: 'The port of the machine is already in use.'},
	DISK_FULL: {title: 'Disk full', detail: 'The machine has no room left on its disk.'},
	OUT_OF_MEMORY: {title: 'Out of memory', detail: 'The workspace used more memory than its limit and was ended.'},
	EXITED: {title: 'Ended by itself', detail: 'The container ended by itself with exit code {{exitCode}}.'},
	NOT_READY_IN_TIME: {title: 'Not ready in time', detail: 'The workspace was not ready within {{seconds}} seconds.'},
	CONTAINER_NOT_FOUND: {title: 'No container', detail: 'The workspace has no container at the moment.'},
	COMMAND_NOT_FOUND: {title: 'Command not found', detail: 'The workspace has no command "{{command}}".'},
	WORKDIR_NOT_FOUND: {title: 'Folder not found', detail: 'The workspace has no folder "{{workdir}}".'},
	COMMAND_FAILED: {title: 'Command failed', detail: 'The command ended with exit code {{exitCode}}. {{output}}'},
	BOOTSTRAP_FAILED: {title: 'Set-up failed', detail: 'Setting up the workspace ended with exit code {{exitCode}}.'},
	CANCELLED: {title: 'Cancelled', detail: 'The operation was cancelled.'},
	STEP_TIMED_OUT: {title: 'Step took too long', detail: 'The step did not end within {{seconds}} seconds.'},
	STALE_ATTEMPT: {title: 'Overtaken', detail: 'Another worker has gone on with the operation.'},
	FILES_MISSING: {
		title: 'Files are gone',
		detail:
			'The files of the workspace ({{volumes}}) were removed on the machine. Delete the workspace, or bring them back and start it.',
	},
	LEFTOVERS_REMAIN: {title: 'Not everything is gone', detail: 'Some of the workspace is still there: {{names}}.'},
} as const satisfies Record<ErrorCode, ErrorText>;
