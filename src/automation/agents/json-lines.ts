import type {z} from 'zod';

/** A line of an agent's output: one of its events, or anything else that was written. */
export type Line<Event> = {event: Event; text?: never} | {event?: never; text: string};

/**
 * Takes an output apart. JSON objects that are no `schema` are passed over: agents add events as they please. So is a last line that
 * was cut, by a limit or because the rest is still to come. Lines may be megabytes long.
 */
export const readLines = <Event>(output: string, schema: z.ZodType<Event>): Line<Event>[] => {
	const texts = output.split('\n');
	const unfinished = texts.length - 1;
	return texts.flatMap((text, index): Line<Event>[] => {
		if (text.trim() === '') return [];
		const json = text.startsWith('{') ? parse(text) : undefined;
		if (json === undefined) return index === unfinished && text.startsWith('{') ? [] : [{text}];
		const event = schema.safeParse(json);
		return event.success ? [{event: event.data}] : [];
	});
};

export const readEvents = <Event>(output: string, schema: z.ZodType<Event>): Event[] =>
	readLines(output, schema).flatMap(line => (line.event === undefined ? [] : [line.event]));

const parse = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
};
