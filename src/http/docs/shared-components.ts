const problem = (description: string, headers: Record<string, unknown> = {}) => ({
	description,
	headers: {'X-Request-Id': {$ref: '#/components/headers/RequestId'}, ...headers},
	content: {'application/problem+json': {schema: {$ref: '#/components/schemas/Problem'}}},
});

const retryAfter = {'Retry-After': {$ref: '#/components/headers/RetryAfter'}};
const text = (description: string, example: string) => ({description, schema: {type: 'string'}, example});

const command = (description: string, headers: Record<string, unknown> = {}) => ({
	description,
	headers: {'X-Request-Id': {$ref: '#/components/headers/RequestId'}, ...headers},
	content: {'application/json': {schema: {$ref: '#/components/schemas/Accepted'}}},
	links: {workspace: {operationId: 'getWorkspace', parameters: {id: '$response.body#/workspaceId'}}},
});

/** What every operation may answer or carry. Operations refer to these by name. */
export const sharedComponents = {
	responses: {
		Accepted: command('Accepted; follow the operation.', {Location: {$ref: '#/components/headers/Location'}}),
		NothingToDo: command('It is so already: no operation was needed.'),
		SignInFailed: problem('Not signed in, and why: SIGN_IN_NOT_PENDING, SIGN_IN_FAILED.'),
		BadRequest: problem('The body is not valid JSON: INVALID_JSON.'),
		Unauthorized: problem('Nobody is signed in: AUTHENTICATION_REQUIRED, TOKEN_INVALID or TOKEN_EXPIRED.', {
			'WWW-Authenticate': text('How to sign in.', 'Bearer'),
		}),
		Forbidden: problem(
			'The caller may not do this: PERMISSION_DENIED, with the operation. USER_DISABLED: not any more. CSRF_REJECTED: a page of another origin may not, or the proof is missing.',
		),
		NotFound: problem('There is no such thing, or the caller may not know of it.'),
		Conflict: problem('A rule says no; the code says which.'),
		RevisionConflict: problem('It was changed in the meantime: REVISION_CONFLICT.'),
		BodyTooLarge: problem('The body is larger than 1 MiB: BODY_TOO_LARGE.'),
		UnsupportedMediaType: problem('The body is not application/json: UNSUPPORTED_MEDIA_TYPE.'),
		Unprocessable: problem('Some fields are not right: VALIDATION_FAILED, with a line for each.'),
		TooManyRequests: problem('There were too many requests: TOO_MANY_REQUESTS. Not while signing in is off.', {
			...retryAfter,
			RateLimit: {$ref: '#/components/headers/RateLimit'},
			'RateLimit-Policy': {$ref: '#/components/headers/RateLimitPolicy'},
		}),
		InternalError: problem('A fault of the service: INTERNAL_ERROR. Report it with the request id.'),
		Unavailable: problem('Something that this needs is away; try again.', retryAfter),
	},
	headers: {
		RequestId: text(
			'Names this request in the log. Taken from the request, or made.',
			'01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		),
		ContentLanguage: text('The language of the words in this answer.', 'en'),
		IdempotencyReplayed: text('true: this is the answer that the same request got before.', 'true'),
		RetryAfter: {description: 'Seconds to wait before trying again.', schema: {type: 'integer'}, example: 5},
		RateLimit: text('What is left (r), and for how many seconds (t), of each limit.', '"general";r=599;t=60'),
		RateLimitPolicy: text('The limits: requests (q) in so many seconds (w).', '"general";q=600;w=60'),
		ETag: text('The revision of the resource, for If-Match and If-None-Match.', '"7"'),
		Location: text(
			'Where to find what was made, or the operation that was accepted.',
			'/api/v1/operations/01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		),
	},
	parameters: {
		IfMatch: {
			name: 'If-Match',
			in: 'header',
			description: 'Do it only if the resource is still at this revision; otherwise 412.',
			schema: {type: 'string'},
			example: '"7"',
		},
		IdempotencyKey: {
			name: 'Idempotency-Key',
			in: 'header',
			description:
				'Makes the request take effect once, however often it is sent within a day: the same key and body get the same answer. 1 to 255 visible ASCII characters.',
			schema: {type: 'string', minLength: 1, maxLength: 255},
			example: '5b1f6c1e-create-payments-api',
		},
		LastEventId: {
			name: 'Last-Event-ID',
			in: 'header',
			description: 'The last event that was received; the stream goes on after it.',
			schema: {type: 'string'},
			example: '42',
		},
	},
	securitySchemes: {
		bearer: {
			type: 'http',
			scheme: 'bearer',
			description: 'An access token. Comes before a cookie. Not needed while signing in is off.',
		},
		cookie: {
			type: 'apiKey',
			in: 'cookie',
			name: 'wsm_session',
			description:
				'The session of a browser that signed in at /auth/login. Where people come by https its name is __Host-wsm_session.',
		},
		csrfToken: {
			type: 'apiKey',
			in: 'header',
			name: 'X-CSRF-Token',
			description:
				'With a cookie, every change needs the csrfToken of /auth/session, and the Origin of a page of this service or of an allowed origin.',
		},
	},
};
