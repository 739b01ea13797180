/** What takes the place of a character that PostgreSQL cannot keep. */
const REPLACEMENT = '\uFFFD';

/** PostgreSQL would refuse the text: it holds a NUL character or half of a surrogate pair. */
export const isUnstorable = (text: string): boolean => text.includes('\0') || !text.isWellFormed();

/** The text without NUL characters and halves of surrogate pairs, which PostgreSQL refuses. */
export const storableText = (text: string): string => text.replaceAll('\0', REPLACEMENT).toWellFormed();

/** The text in at most `length` UTF-16 units; the last one of a cut text is an ellipsis. */
export const cutText = (text: string, length: number): string =>
	text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

/**
 * `JSON.stringify` for a `jsonb` column: the same replacements, in keys and values. Numbers that are not finite become null. `JSON.stringify` writes
 * what has to be replaced as escapes, so the escapes are read one after the other: a backslash that a backslash escapes begins none.
 */
export const storableJson = (value: unknown): string =>
	JSON.stringify(value)?.replaceAll(/\\(?:u[\da-f]{4}|.)/g, escape =>
		escape === String.raw`\u0000` || escape.startsWith(String.raw`\ud`) ? REPLACEMENT : escape,
	);
