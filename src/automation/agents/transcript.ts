/** What an agent said and did, the same for every agent. */
export type TranscriptEntry = {
	/** ISO 8601; null: the agent does not say. */
	at: string | null;
} & (
	| {type: 'message'; role: 'user' | 'assistant'; text: string}
	| {type: 'toolCall'; id: string; name: string; input: unknown}
	| {type: 'toolResult'; id: string; output: string; isError: boolean}
	| {type: 'notice'; code: NoticeCode; text: string}
);

/** `output`: a line that is none of the agent's events. */
export const noticeCodes = ['retry', 'permissionDenied', 'serverFailed', 'error', 'output'] as const;
export type NoticeCode = (typeof noticeCodes)[number];
