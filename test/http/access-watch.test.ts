import {setTimeout as pause} from 'node:timers/promises';
import {MikroORM} from '@mikro-orm/postgresql';
import test from 'ava';
import {AppError} from '../../src/errors.ts';
import {createAccessWatch} from '../../src/http/access-watch.ts';
import {User} from '../../src/users/user.entity.ts';

/** It has no database: nothing here asks one. */
const watch = async () =>
	createAccessWatch(await MikroORM.init({clientUrl: 'postgresql://nobody@127.0.0.1:1/none', entities: [User]}));
const never = new AbortController().signal;

test('what is refused ends with the refusal; what cannot be asked does not', async t => {
	const {follow} = await watch();
	const ends = ['allowed', 'refused', 'away'].map(what =>
		follow(async () => {
			if (what === 'refused') throw new AppError('WORKSPACE_NOT_FOUND');
			if (what === 'away') throw new AppError('DATABASE_UNAVAILABLE');
		}, never),
	);
	await pause(4000);
	t.deepEqual(
		ends.map(({aborted}) => aborted),
		[false, true, false],
	);
	t.like(ends[1]!.reason, {code: 'WORKSPACE_NOT_FOUND'});
});

test('all that are open are asked about a few at a time, and only while they are', async t => {
	const {follow} = await watch();
	const left = new AbortController();
	let [asked, atOnce, most] = [0, 0, 0];
	for (let index = 0; index < 100; index++) {
		follow(async () => {
			asked += 1;
			most = Math.max(most, ++atOnce);
			await pause(1);
			atOnce -= 1;
		}, left.signal);
	}
	await pause(3800);
	t.is(asked, 100);
	t.is(most, 4);
	left.abort();
	await pause(4000);
	t.is(asked, 100);
});
