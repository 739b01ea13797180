/** Something the reader can mend: shown as its one sentence, without a stack. */
export class Problem extends Error {
	override name = 'Problem';
}
