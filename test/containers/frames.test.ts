import fc from 'fast-check';
import test from 'ava';
import {createCappedText} from '../../src/containers/docker/exec/capped-text.ts';
import {createFrameDecoder} from '../../src/containers/docker/exec/frames.ts';

const frame = (stream: number, text: string): Buffer => {
	const payload = Buffer.from(text);
	const header = Buffer.alloc(8);
	header.writeUInt8(stream, 0);
	header.writeUInt32BE(payload.length, 4);
	return Buffer.concat([header, payload]);
};

/** Cuts a buffer at the places. */
const cut = (whole: Buffer, places: number[]): Buffer[] => {
	const sorted = [0, ...places.map(place => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
	return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
};

test('frames come out whole, wherever the chunks were cut', t => {
	fc.assert(
		fc.property(
			fc.array(fc.record({stream: fc.constantFrom(1, 2), text: fc.string({unit: 'grapheme'})})),
			fc.array(fc.nat(1000)),
			(sent, places) => {
				const decode = createFrameDecoder();
				const whole = Buffer.concat(sent.map(({stream, text}) => frame(stream, text)));
				const got = cut(whole, places).flatMap(chunk => [...decode(chunk)]);
				const texts = got.map(({stream, payload}) => `${stream} ${payload.toString()}`);
				const wanted = sent.map(
					({stream, text}) => `${stream === 2 ? 'stderr' : 'stdout'} ${Buffer.from(text).toString()}`,
				);
				return JSON.stringify(texts) === JSON.stringify(wanted);
			},
		),
	);
	t.pass();
});

test('what is not framed is refused', t => {
	t.throws(() => [...createFrameDecoder()(Buffer.from('plain text of a terminal'))], {message: 'ENGINE_ERROR'});
});

test('a text is cut at a number of bytes, but never inside a character', t => {
	const text = createCappedText(5);
	text.push(Buffer.from('aé'));
	t.is(text.text(), 'aé');
	t.false(text.truncated);
	text.push(Buffer.from('é€'));
	t.is(text.text(), 'aéé');
	t.true(text.truncated);
	const tight = createCappedText(4);
	tight.push(Buffer.from('aé€'));
	t.is(tight.text(), 'aé');
});

test('a character that arrives in two pieces is one character', t => {
	const [first, second] = cut(Buffer.from('€'), [1]);
	const text = createCappedText(100);
	text.push(first ?? Buffer.alloc(0));
	text.push(second ?? Buffer.alloc(0));
	t.is(text.text(), '€');
});
