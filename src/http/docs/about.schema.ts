import {z} from 'zod';

/** What `/` answers. */
export const About = z
	.object({
		name: z.string().meta({description: 'Which service this is.', example: 'workspace-manager'}),
		version: z.string().meta({description: 'Which version of it.', example: '0.1.0'}),
		links: z
			.record(z.string(), z.string())
			.meta({description: 'Where to go from here.', example: {docs: '/docs', health: '/health'}}),
	})
	.meta({
		id: 'About',
		description: 'The service in short.',
		example: {name: 'workspace-manager', version: '0.1.0', links: {docs: '/docs', health: '/health'}},
	});
