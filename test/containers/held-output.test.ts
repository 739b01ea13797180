import {PassThrough} from 'node:stream';
import {setTimeout as pause} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {holdOutput} from '../../src/containers/docker/exec/held-output.ts';

const size = 2 ** 20;

/** A connection on which more has come than is held here. */
const build = (t: ExecutionContext, hasEnded: () => Promise<boolean>) => {
	const connection = new PassThrough({highWaterMark: 16_384});
	const held = holdOutput(connection, hasEnded);
	t.teardown(() => connection.destroy());
	connection.write(Buffer.alloc(size));
	for (let index = 0; index < 64; index++) connection.write(Buffer.alloc(size / 64));
	/** What the engine still has. */
	const left = () => connection.readableLength + connection.writableLength;
	const read = async () => Buffer.concat(await Array.fromAsync(held.output)).length;
	return {connection, left, read, ...held};
};

test('while the command runs the rest waits for the reader', async t => {
	const {connection, left, read, isIncomplete} = build(t, async () => false);
	await pause(800);
	t.true(left() > size / 2);
	connection.end();
	t.is(await read(), 2 * size);
	t.false(isIncomplete());
});

test('once the command has ended everything is taken, and the reader may still take its time', async t => {
	let ended = false;
	const {connection, left, read, isIncomplete} = build(t, async () => ended);
	await pause(400);
	ended = true;
	await pause(800);
	t.is(left(), 0);
	connection.end();
	await pause(100);
	t.is(await read(), 2 * size);
	t.false(isIncomplete());
});

test('an engine that fails to answer is asked again', async t => {
	let asked = 0;
	const {left} = build(t, async () => {
		if (++asked < 3) throw new Error('away');
		return true;
	});
	await pause(1500);
	t.is(left(), 0);
});

test('an end that was noticed too late is no good end', async t => {
	const {connection, read, isIncomplete} = build(t, async () => {
		await pause(1500);
		return true;
	});
	await pause(2200);
	connection.end();
	t.is(await read(), 2 * size);
	t.true(isIncomplete());
});

test('nobody is asked while the reader keeps up', async t => {
	const connection = new PassThrough();
	const held = holdOutput(connection, async () => {
		t.fail();
		return false;
	});
	t.teardown(() => connection.destroy());
	held.output.resume();
	for (let index = 0; index < 20; index++) {
		connection.write(Buffer.alloc(1000));
		await pause(50);
	}
	t.pass();
});

test('nobody is asked about a connection that was let go, also when nobody reads any more', async t => {
	let asked = 0;
	const {connection} = build(t, async () => {
		asked++;
		return false;
	});
	await pause(400);
	connection.destroy();
	await pause(50);
	const before = asked;
	await pause(700);
	t.true(before > 0);
	t.is(asked, before);
});

test('a connection that breaks breaks the output', async t => {
	const cut = build(t, async () => false);
	cut.connection.destroy();
	await t.throwsAsync(cut.read(), {message: 'ENGINE_UNREACHABLE'});
	const failed = build(t, async () => false);
	failed.connection.destroy(new Error('ECONNRESET'));
	await t.throwsAsync(failed.read(), {message: 'ECONNRESET'});
});
