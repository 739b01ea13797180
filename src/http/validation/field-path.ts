const longest = 500;

/** A path in the notation of the request: `env[0].key`. The whole is the empty path; one that never ends is cut. */
export const formatPath = (path: readonly PropertyKey[]): string => {
	let text = '';
	for (const key of path) {
		if (typeof key === 'number') text += `[${key}]`;
		else text += text === '' ? String(key) : `.${String(key)}`;
		if (text.length > longest) return `${text.slice(0, longest)}…`;
	}
	return text;
};
