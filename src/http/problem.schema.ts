import {z} from 'zod';

const FieldProblem = z
	.object({
		path: z
			.string()
			.meta({description: 'The field, in the notation of the request; empty for the whole.', example: 'env[0].key'}),
		code: z.string().meta({description: 'What is wrong, for programs.', example: 'REQUIRED'}),
		message: z.string().meta({description: 'What is wrong, in the reader’s language.', example: 'Is required.'}),
	})
	.meta({
		id: 'FieldProblem',
		description: 'One field that is not right.',
		example: {path: 'env[0].key', code: 'REQUIRED', message: 'Is required.'},
	});

/** What every error looks like: RFC 9457, `application/problem+json`. */
export const Problem = z
	.object({
		type: z.string().meta({
			description: 'The kind of problem, as a URI.',
			example: 'urn:workspace-manager:error:WORKSPACE_NOT_FOUND',
		}),
		title: z
			.string()
			.meta({description: 'The kind of problem, in the reader’s language.', example: 'Workspace not found'}),
		status: z.int().meta({description: 'The HTTP status.', example: 404}),
		detail: z.string().meta({
			description: 'This problem, in the reader’s language.',
			example: 'There is no such workspace, or you may not see it.',
		}),
		instance: z.string().meta({description: 'The path that was asked for.', example: '/api/v1/workspaces/x'}),
		code: z.string().meta({
			description: 'The kind of problem, for programs. Never changes its meaning.',
			example: 'WORKSPACE_NOT_FOUND',
		}),
		params: z
			.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
			.meta({description: 'The facts in the detail.', example: {}}),
		requestId: z
			.string()
			.meta({description: 'Names this request in the log.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		errors: z.array(FieldProblem).optional().meta({description: 'The fields that are not right.'}),
	})
	.meta({
		id: 'Problem',
		description: 'An error. RFC 9457.',
		example: {
			type: 'urn:workspace-manager:error:WORKSPACE_NOT_FOUND',
			title: 'Workspace not found',
			status: 404,
			detail: 'There is no such workspace, or you may not see it.',
			instance: '/api/v1/workspaces/x',
			code: 'WORKSPACE_NOT_FOUND',
			params: {},
			requestId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		},
	});
export type Problem = z.infer<typeof Problem>;
