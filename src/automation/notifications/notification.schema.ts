import {z} from 'zod';
import {executionStatuses} from '../execution-rules.ts';
import {notificationStatuses} from './notification.entity.ts';

const DateTime = z.iso.datetime();

export const Notification = z
	.object({
		id: z.uuid().meta({
			description: 'The same in every try (X-Notification-Id).',
			example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		}),
		event: z.enum(executionStatuses).meta({description: 'The end that it tells of.', example: 'failed'}),
		url: z.string().meta({description: 'Where to.', example: 'https://example.com/hooks/runs'}),
		status: z.enum(notificationStatuses).meta({description: 'How far it is.', example: 'delivered'}),
		attempts: z.int().meta({description: 'How often it was tried.', example: 1}),
		lastStatus: z.int().nullable().meta({description: 'How the last try was answered.', example: 204}),
		lastError: z.string().nullable().meta({description: 'Why it was not answered.', example: null}),
		createdAt: DateTime.meta({description: 'When the run ended.', example: '2026-05-01T19:04:11.007Z'}),
		lastAttemptAt: DateTime.nullable().meta({
			description: 'When it was last tried.',
			example: '2026-05-01T19:04:11.090Z',
		}),
	})
	.meta({id: 'Notification', description: 'That a run has ended, told to an address.'});
export type NotificationView = z.infer<typeof Notification>;

export const Notifications = z
	.object({items: z.array(Notification).meta({description: 'In order.'})})
	.meta({id: 'Notifications', description: 'Who was told of the end of a run.'});
