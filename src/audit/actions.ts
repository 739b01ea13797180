import type {Operation} from '../access/permissions.ts';
import {en} from '../i18n/en.ts';

export type AuditedAction = keyof typeof en.auditActions;

/** Whether it changes something: each time that succeeds is told of. Of other operations only refusals are. What has words is one. */
export const isAudited = (operation: string): operation is AuditedAction & Operation =>
	Object.hasOwn(en.auditActions, operation);
