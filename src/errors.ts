/** `true`: worth a few more attempts. `forever`: something is away that will come back; it is waited for. */
export type Retry = true | 'forever';

/**
 * Every error that this service can name: code → HTTP status, and whether asking again by itself can mend it.
 * The words are in `i18n/en.ts` (`errors.<code>`), one sentence for each code; `params` fill the blanks.
 */
export const errors = {
	// requests
	INVALID_JSON: {status: 400},
	AUTHENTICATION_REQUIRED: {status: 401},
	PERMISSION_DENIED: {status: 403},
	CROSS_SITE_REFUSED: {status: 403},
	ROUTE_NOT_FOUND: {status: 404},
	METHOD_NOT_ALLOWED: {status: 405},
	REVISION_CONFLICT: {status: 412},
	BODY_TOO_LARGE: {status: 413},
	UNSUPPORTED_MEDIA_TYPE: {status: 415},
	HOST_NOT_ALLOWED: {status: 421},
	VALIDATION_FAILED: {status: 422},
	IDEMPOTENCY_IN_PROGRESS: {status: 409},
	IDEMPOTENCY_KEY_INVALID: {status: 422},
	IDEMPOTENCY_KEY_REUSED: {status: 422},
	IDEMPOTENCY_NOT_SUPPORTED: {status: 422},
	TOO_MANY_REQUESTS: {status: 429},
	INTERNAL_ERROR: {status: 500},
	DATABASE_UNAVAILABLE: {status: 503, retry: 'forever'},
	WORKFLOWS_UNAVAILABLE: {status: 503},

	// signing in
	TOKEN_INVALID: {status: 401},
	TOKEN_EXPIRED: {status: 401},
	USER_DISABLED: {status: 403},
	IDENTITY_PROVIDER_UNAVAILABLE: {status: 503},

	// tokens
	TOKEN_NOT_FOUND: {status: 404},
	TOKEN_LIMIT_REACHED: {status: 409},
	TOKEN_EXCEEDS_CREDENTIAL: {status: 403},
	// browser sessions
	SIGN_IN_OFF: {status: 409},
	SIGN_IN_NOT_PENDING: {status: 400},
	SIGN_IN_FAILED: {status: 400},
	SIGN_IN_REFUSED: {status: 403},
	CSRF_REJECTED: {status: 403},
	SESSIONS_UNAVAILABLE: {status: 503},

	// people
	USER_NOT_FOUND: {status: 404},
	TEAM_NOT_FOUND: {status: 404},
	TEAM_NAME_TAKEN: {status: 409},
	TEAM_HAS_WORKSPACES: {status: 409},
	LAST_ADMINISTRATOR: {status: 409},
	CANNOT_DISABLE_YOURSELF: {status: 409},
	LAST_OWNER: {status: 409},
	MEMBER_NOT_FOUND: {status: 404},
	ALREADY_MEMBER: {status: 409},
	OWNER_NOT_IN_TEAM: {status: 409},
	ROLE_ABOVE_OWN: {status: 403},
	INVITATION_NOT_FOUND: {status: 404},
	INVITATION_PENDING: {status: 409},
	INVITATION_NOT_PENDING: {status: 409},
	INVITER_MAY_NOT: {status: 409},

	// workspaces
	WORKSPACE_NOT_FOUND: {status: 404},
	WORKSPACE_NAME_TAKEN: {status: 409},
	WORKSPACE_DELETING: {status: 409},
	WORKSPACE_NOT_RUNNING: {status: 409},
	OPERATION_NOT_FOUND: {status: 404},
	OPERATION_ENDED: {status: 409},
	OPERATION_NOT_CANCELLABLE: {status: 409},
	IMAGE_NOT_IN_CATALOGUE: {status: 422},
	RESOURCES_EXCEED_MACHINE: {status: 422},
	RUNTIME_NOT_AVAILABLE: {status: 422},
	CATALOGUE_IMAGE_NOT_FOUND: {status: 404},

	// quotas
	QUOTA_EXCEEDED: {status: 409},

	// secrets
	SECRET_NOT_FOUND: {status: 404},
	SECRET_LIMIT_REACHED: {status: 409},
	SECRETS_NOT_CONFIGURED: {status: 409},
	SECRET_UNREADABLE: {status: 409},

	// automation
	JOB_NOT_FOUND: {status: 404},
	JOB_NAME_TAKEN: {status: 409},
	JOB_NOT_ACTIVE: {status: 409},
	TRIGGER_IN_THE_PAST: {status: 422},
	EXECUTION_NOT_FOUND: {status: 404},
	EXECUTION_ENDED: {status: 409},
	EXECUTION_NOT_ENDED: {status: 409},
	BACKFILL_TOO_LARGE: {status: 422},
	JOB_WITHOUT_WEBHOOK: {status: 409},
	WEBHOOK_KEY_INVALID: {status: 401},
	TRIGGER_TOO_OFTEN: {status: 422},
	AGENT_CREDENTIALS_MISSING: {status: 409},
	RUN_NOT_STARTED: {status: 502, retry: true},

	// containers (typed failures of a container runtime)
	ENGINE_UNREACHABLE: {status: 503, retry: 'forever'},
	ENGINE_ERROR: {status: 502, retry: true},
	ENGINE_REFUSED: {status: 422},
	IMAGE_NOT_FOUND: {status: 422},
	IMAGE_WITHOUT_COMMAND: {status: 422},
	NAME_TAKEN_BY_STRANGER: {status: 409},
	STALE_GENERATION: {status: 409},
	ADDRESS_POOL_EXHAUSTED: {status: 503, retry: true},
	NETWORK_NOT_FOUND: {status: 409, retry: true},
	OBJECT_IN_USE: {status: 409, retry: true},
	PORT_TAKEN: {status: 409},
	DISK_FULL: {status: 507, retry: true},
	OUT_OF_MEMORY: {status: 422},
	EXITED: {status: 422},
	NOT_READY_IN_TIME: {status: 504},
	CONTAINER_NOT_FOUND: {status: 409},
	COMMAND_NOT_FOUND: {status: 422},
	WORKDIR_NOT_FOUND: {status: 422},
	COMMAND_FAILED: {status: 422},
	BOOTSTRAP_FAILED: {status: 422},
	CANCELLED: {status: 409},
	STEP_TIMED_OUT: {status: 504, retry: true},
	STALE_ATTEMPT: {status: 409},
	FILES_MISSING: {status: 409},
	LEFTOVERS_REMAIN: {status: 500, retry: true},
} as const satisfies Record<string, {status: number; retry?: Retry}>;

export type ErrorCode = keyof typeof errors;
export type ErrorParams = Record<string, string | number | boolean | null>;

/** One bad field of a request. `path` is in the notation of the request, e.g. `env[0].key`. */
export interface FieldError {
	path: string;
	code: string;
	/** Absent: the words of the code, in the reader's language. */
	message?: string;
}

/** The only error that is thrown on purpose. The message is the code; words are rendered when someone reads it. */
export class AppError extends Error {
	override readonly name = 'AppError';
	readonly code: ErrorCode;
	readonly params: ErrorParams;
	readonly fields: FieldError[] | undefined;

	constructor(code: ErrorCode, params: ErrorParams = {}, options: {cause?: unknown; fields?: FieldError[]} = {}) {
		super(code, {cause: options.cause});
		this.code = code;
		this.params = params;
		this.fields = options.fields;
	}

	get status(): number {
		return errors[this.code].status;
	}
}

export const isErrorCode = (value: string): value is ErrorCode => Object.hasOwn(errors, value);

/** How often it is worth trying again; undefined: never. */
const retryOf = (code: ErrorCode): Retry | undefined => {
	const row: {status: number; retry?: Retry} = errors[code];
	return row.retry;
};

/** What may mend itself within seconds, unlike something that is away. */
const ATTEMPTS = 5;

/** How many attempts something is worth that failed with this code; null: as many as it takes. */
export const attemptLimit = (code: string): number | null => {
	// What has no code is a fault of ours, and may be one of timing.
	const retry = isErrorCode(code) && code !== 'INTERNAL_ERROR' ? retryOf(code) : true;
	if (retry === 'forever') return null;
	return retry ? ATTEMPTS : 1;
};
