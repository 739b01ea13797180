import {defineEntity, p} from '@mikro-orm/core';
import {executionStatuses} from '../execution-rules.ts';
import {Execution} from '../execution.entity.ts';

export const notificationStatuses = ['pending', 'delivered', 'failed'] as const;

/** That an execution has ended, told to an address: what is to be sent, and the log of sending it. */
const NotificationSchema = defineEntity({
	name: 'Notification',
	tableName: 'notification',
	properties: {
		id: p.uuid().primary(),
		execution: () => p.manyToOne(Execution).mapToPk().index(),
		event: p.enum([...executionStatuses]),
		url: p.text(),
		status: p.enum([...notificationStatuses]),
		attempts: p.integer().default(0),
		/** How the last attempt was answered; null: not at all. */
		lastStatus: p.integer().strictNullable(),
		lastError: p.string().strictNullable(),
		createdAt: p.datetime(3),
		lastAttemptAt: p.datetime(3).strictNullable(),
	},
	indexes: [{properties: ['createdAt'], where: "status = 'pending'", name: 'notification_pending_index'}],
});

export class Notification extends NotificationSchema.class {}
NotificationSchema.setClass(Notification);
