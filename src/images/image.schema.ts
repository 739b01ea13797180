import {z} from 'zod';

export const Image = z
	.object({
		id: z
			.string()
			.regex(/^[a-z][a-z0-9-]{0,62}$/)
			.meta({description: 'What a workspace names.', example: 'default'}),
		name: z.string().min(1).meta({description: 'For people.', example: 'Debian with Node and agents'}),
		description: z
			.string()
			.meta({description: 'What is in it.', example: 'Debian 12, git, Node 24, Claude Code, Codex'}),
		reference: z
			.string()
			.min(1)
			.meta({description: 'Where the engine finds it.', example: 'workspace-manager/workspace:latest'}),
		isDefault: z.boolean().default(false).meta({description: 'Taken when a workspace names none.', example: true}),
	})
	.meta({
		id: 'Image',
		description: 'An image that workspaces may run.',
		example: {
			id: 'default',
			name: 'Debian with Node and agents',
			description: 'Debian 12, git, Node 24, Claude Code, Codex',
			reference: 'workspace-manager/workspace:latest',
			isDefault: true,
		},
	});
export type Image = z.infer<typeof Image>;

export const ImageList = z
	.object({items: z.array(Image).meta({description: 'All of them.'})})
	.meta({id: 'ImageList', description: 'The image catalogue.', example: {items: []}});
