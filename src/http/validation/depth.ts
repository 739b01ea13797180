const quote = 0x22;
const backslash = 0x5c;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/**
 * Does a JSON text nest arrays and objects in more levels than these? Linear in time and flat in memory: the depth is its sender's choice. Of what is
 * not JSON it says nothing useful, and the parser refuses it.
 */
export const isDeeper = (json: string, levels: number): boolean => {
	let depth = 0;
	let isInText = false;
	for (let at = 0; at < json.length; at++) {
		const unit = json.charCodeAt(at);
		if (isInText) {
			if (unit === backslash) at += 1;
			else if (unit === quote) isInText = false;
		} else if (unit === quote) isInText = true;
		else if (opening.has(unit)) depth += 1;
		else if (closing.has(unit)) depth -= 1;
		if (depth > levels) return true;
	}
	return false;
};
