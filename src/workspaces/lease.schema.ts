import {z} from 'zod';

export const Keepalive = z
	.strictObject({
		minutes: z.int().min(1).max(10_080).meta({description: 'For how long from now; a week at most.', example: 60}),
	})
	.meta({id: 'Keepalive', description: 'How long to keep a workspace up.', example: {minutes: 60}});
