import {Writable} from 'node:stream';
import test from 'ava';
import {createLogger} from '../src/logger.ts';

const build = () => {
	const lines: string[] = [];
	const destination = new Writable({
		write(chunk: Buffer, _encoding, done) {
			lines.push(chunk.toString());
			done();
		},
	});
	return {log: createLogger({logLevel: 'info'}, destination), lines};
};

test('secrets are struck out by their name', t => {
	const {log, lines} = build();
	for (const key of ['authorization', 'cookie', 'password', 'token', 'secret', 'env', 'secretKey', 'value', 'stdin']) {
		log.info({[key]: 'hunter2', request: {[key]: {A: 'hunter2'}}, a: {b: {[key]: 'hunter2'}}}, 'x');
	}
	t.is(lines.length, 9);
	t.false(lines.join('').includes('hunter2'));
});

test('an error is logged with its stack and its causes, but not with the row that the database refused', t => {
	const {log, lines} = build();
	const refused = Object.assign(new Error('not null\n - detail: Failing row contains (hunter2)'), {
		detail: 'Failing row contains (hunter2)',
		code: '23502',
		parameters: ['hunter2'],
	});
	log.error({err: new Error('outer', {cause: refused})}, 'x');
	const text = lines.join('');
	t.false(text.includes('hunter2'));
	t.true(text.includes('23502') && text.includes('logger.test.ts'));
});
