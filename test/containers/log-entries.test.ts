import test from 'ava';
import {
	createBookmark,
	createLineJoiner,
	engineTime,
	readEntry,
	type LogEntry,
} from '../../src/containers/docker/reading/log-entries.ts';

const entry = (stamp: string, text: string, stream: LogEntry['stream'] = 'stdout'): LogEntry => ({
	stamp,
	stream,
	payload: Buffer.from(text),
});
const at = (nanoseconds: string) => `2026-01-02T03:04:05.${nanoseconds}Z`;

test('an entry begins with the time of the engine', t => {
	const read = readEntry({stream: 'stderr', payload: Buffer.from(`${at('123456789')} hello you\n`)});
	t.is(read.stamp, at('123456789'));
	t.is(read.payload.toString(), 'hello you\n');
	t.is(readEntry({stream: 'stdout', payload: Buffer.from(`${at('1')} \n`)}).payload.toString(), '\n');
});

test('the pieces of a long line are joined, each stream for itself, also through a character', t => {
	const join = createLineJoiner();
	const whole = Buffer.from('long €\n');
	t.is(join({...entry(at('1'), ''), payload: whole.subarray(0, 6)}), null);
	t.like(join(entry(at('2'), 'meanwhile\n', 'stderr')), {text: 'meanwhile', stream: 'stderr'});
	t.deepEqual(join({...entry(at('1'), ''), payload: whole.subarray(6)}), {
		at: new Date(at('1')),
		stream: 'stdout',
		text: 'long €',
	});
	t.like(join(entry(at('3'), '\n')), {text: ''});
});

test('a line that never ends comes out in pieces', t => {
	const join = createLineJoiner();
	const piece = 'x'.repeat(16_384);
	const lines = Array.from({length: 32}, () => join(entry(at('1'), piece))).filter(line => line !== null);
	t.deepEqual(
		lines.map(({text}) => text.length),
		[262_144, 262_144],
	);
});

test('going on from a bookmark neither doubles nor loses, also among equal times', t => {
	const log = [entry(at('1'), 'a'), entry(at('2'), 'b'), entry(at('2'), 'c'), entry(at('2'), 'd'), entry(at('3'), 'e')];
	for (let seen = 0; seen <= log.length; seen++) {
		const bookmark = createBookmark();
		const got = log.slice(0, seen).filter(each => bookmark.accept(each));
		// Twice, since a connection may be lost again before anything new came.
		for (const upTo of [seen, log.length]) {
			bookmark.rewind();
			const from = bookmark.since();
			const again = log.slice(0, upTo).filter(each => from === null || engineTime(each.stamp) >= from);
			got.push(...again.filter(each => bookmark.accept(each)));
		}
		t.is(got.map(({payload}) => payload.toString()).join(''), 'abcde', `after ${seen}`);
	}
});

test('times are told as the engine wants them', t => {
	t.is(engineTime('2026-01-02T03:04:05.000000007Z'), '1767323045.000000007');
	t.is(engineTime('2026-01-02T03:04:05Z'), '1767323045.000000000');
	t.is(engineTime(new Date(1_767_323_045_678).toISOString()), '1767323045.678000000');
});
