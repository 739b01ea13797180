import {createHmac} from 'node:crypto';
import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../../errors.ts';
import {deriveKey} from '../../secrets/derive-key.ts';
import {Execution} from '../execution.entity.ts';
import {executionFacts} from '../execution.view.ts';
import {Notification} from './notification.entity.ts';

const TIMEOUT_MS = 10_000;
/** Answers that another try may not get. */
const isFinalAnswer = (status: number): boolean => status >= 400 && status < 500 && ![408, 425, 429].includes(status);

export interface NotificationServiceDependencies {
	em: EntityManager;
	secretKey: string | undefined;
}

export type NotificationService = ReturnType<typeof createNotificationService>;

/** Tells addresses that executions have ended. Each request is signed with a key of its job. */
export const createNotificationService = ({em, secretKey}: NotificationServiceDependencies) => {
	/** What the requests of a job are signed with; the same at every call. Throws SECRETS_NOT_CONFIGURED. */
	const signingKey = (jobId: string): string => {
		if (secretKey === undefined) throw new AppError('SECRETS_NOT_CONFIGURED');
		return deriveKey(secretKey, `notifications of job ${jobId}`, 32).toString('base64url');
	};

	return {
		signingKey,

		/** The log of an execution. */
		list: (executionId: string): Promise<Notification[]> =>
			em.find(Notification, {execution: executionId}, {orderBy: {createdAt: 'asc', id: 'asc'}}),

		/**
		 * Sends it once, and notes down how that went. Answers whether it is done with: delivered, or refused for good. A receiver tells two tries of one
		 * apart from two notifications by the id.
		 */
		async send(id: string, signal: AbortSignal): Promise<boolean> {
			const own = em.fork();
			const notification = await own.findOneOrFail(Notification, {id});
			if (notification.status !== 'pending') return true;
			const execution = await own.findOneOrFail(Execution, {id: notification.execution});
			const body = JSON.stringify({
				id,
				event: `execution.${notification.event}`,
				execution: executionFacts(execution, 'en'),
			});
			const answer = await post(notification, body, signingKey(execution.job), signal);
			const status = answer.status;
			notification.attempts += 1;
			notification.lastAttemptAt = new Date();
			notification.lastStatus = status;
			notification.lastError = answer.error;
			if (status !== null && status >= 200 && status < 300) notification.status = 'delivered';
			else if (status !== null && isFinalAnswer(status)) notification.status = 'failed';
			await own.flush();
			return notification.status !== 'pending';
		},

		/** It was tried long enough. */
		async giveUp(id: string): Promise<void> {
			await em.fork().nativeUpdate(Notification, {id, status: 'pending'}, {status: 'failed'});
		},
	};
};

const post = async (
	{id, url}: Notification,
	body: string,
	key: string,
	signal: AbortSignal,
): Promise<{status: number | null; error: string | null}> => {
	const timestamp = String(Math.floor(Date.now() / 1000));
	const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
	try {
		const response = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				'x-notification-id': id,
				'x-timestamp': timestamp,
				'x-signature': `sha256=${signature}`,
			},
			body,
			redirect: 'manual',
			signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
		});
		await response.body?.cancel();
		return {status: response.status, error: null};
	} catch (error) {
		signal.throwIfAborted();
		const {name, cause} = error as Error;
		const code = cause instanceof Error && 'code' in cause ? String(cause.code) : name;
		return {status: null, error: code.slice(0, 100)};
	}
};
