import {isUnstorable} from '../../storable-text.ts';
import {formatPath} from './field-path.ts';

interface Place {
	value: unknown;
	key: PropertyKey;
	parent: Place | null;
}

/**
 * The path of a text that PostgreSQL cannot keep (a NUL character, half of a surrogate pair), or null. Looks at keys too.
 * Walks without recursion and in linear time: the depth of a body is its sender's choice.
 */
export const findUnstorable = (value: unknown): string | null => {
	const open: Place[] = [{value, key: '', parent: null}];
	for (let place = open.pop(); place; place = open.pop()) {
		const {value: current} = place;
		if (typeof current === 'string' && isUnstorable(current)) return pathOf(place);
		if (typeof current !== 'object' || current === null) continue;
		for (const [key, child] of Object.entries(current)) {
			if (isUnstorable(key)) return pathOf(place);
			if (typeof child !== 'string' && typeof child !== 'object') continue;
			open.push({value: child, key: Array.isArray(current) ? Number(key) : key, parent: place});
		}
	}
	return null;
};

const pathOf = (place: Place): string => {
	const path: PropertyKey[] = [];
	for (let at = place; at.parent; at = at.parent) path.push(at.key);
	return formatPath(path.toReversed());
};
