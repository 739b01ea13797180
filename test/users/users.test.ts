import {randomUUID} from 'node:crypto';
import {RequestContext} from '@mikro-orm/core';
import test from 'ava';
import {localAdministrator} from '../../src/access/actor.ts';
import {User} from '../../src/users/user.entity.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {peopleOf} from '../helpers/people.ts';

let product: Installation;
let people: ReturnType<typeof peopleOf>;
test.before(async () => {
	product = await startInstallation({withoutWorkers: true});
	people = peopleOf(product);
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

test('everybody sees who they are, and changes their name, language and time zone', async t => {
	const person = await people.person();
	const {body, headers} = await person.get('/users/me');
	t.like(body, {id: person.actor.id, platformRole: 'member', emailVerified: true, language: null, timeZone: null});
	t.is(headers.get('etag'), `"${body.revision}"`);

	const input = {name: ' Ada ', language: 'zh-TW', timeZone: 'asia/taipei'};
	const changed = await person.send('PATCH', '/users/me', input, {'if-match': `"${body.revision}"`});
	t.like(changed, {status: 200, body: {name: 'Ada', language: 'zh-TW', timeZone: 'Asia/Taipei'}});
	const late = await person.send('PATCH', '/users/me', {timeZone: null}, {'if-match': `"${body.revision}"`});
	t.like(late, {status: 412, body: {code: 'REVISION_CONFLICT'}});
	t.is((await person.send('PATCH', '/users/me', {timeZone: null})).body.timeZone, null);
});

test('what is no name, language or zone is refused, and changes nothing', async t => {
	const person = await people.person();
	const before = (await person.get('/users/me')).body;
	for (const [input, path, code] of [
		[{name: ''}, 'name', 'TOO_SHORT'],
		[{name: '   '}, 'name', 'TOO_SHORT'],
		[{name: 'x'.repeat(101)}, 'name', 'TOO_LONG'],
		[{name: 'two\nlines'}, 'name', 'INVALID_PATTERN'],
		[{name: '\u202egnol'}, 'name', 'INVALID_PATTERN'],
		[{language: 'fr'}, 'language', 'INVALID_VALUE'],
		[{timeZone: 'Mars/Olympus'}, 'timeZone', 'TIME_ZONE_UNKNOWN'],
		[{timeZone: '+02:00'}, 'timeZone', 'TIME_ZONE_UNKNOWN'],
		[{platformRole: 'admin'}, 'platformRole', 'UNRECOGNIZED_KEY'],
		[{}, '', 'NOTHING_TO_CHANGE'],
	] as const) {
		const refused = await person.send('PATCH', '/users/me', input);
		t.like(refused, {status: 422, body: {errors: [{path, code}]}}, JSON.stringify(input));
	}
	t.deepEqual((await person.get('/users/me')).body, before);
});

test('answers come in the chosen language when the request names none', async t => {
	const person = await people.person();
	await person.send('PATCH', '/users/me', {language: 'zh-TW'});
	const inOwn = await person.get(`/teams/${randomUUID()}`);
	t.is(inOwn.headers.get('content-language'), 'zh-TW');
	t.is(inOwn.body.title, '找不到團隊');
	const inEnglish = await person.get(`/teams/${randomUUID()}`, {'accept-language': 'en'});
	t.is(inEnglish.body.title, 'Team not found');
});

test('others are found by name, and nothing else is told of them', async t => {
	const [person, found, gone] = [await people.person(), await people.person(), await people.person()];
	const suffix = randomUUID().slice(0, 8);
	await found.send('PATCH', '/users/me', {name: `Grace 100%_${suffix}`});
	await gone.send('PATCH', '/users/me', {name: `Gone ${suffix}`});
	await product.send('PATCH', `/users/${gone.actor.id}`, {disabled: true});
	const {body} = await person.get(`/users?query=${suffix}`);
	t.deepEqual(body.items, [{id: found.actor.id, name: `Grace 100%_${suffix}`}]);
	t.is((await person.get(`/users?query=${encodeURIComponent('0%_')}${suffix}`)).body.pagination.total, 1);
	t.is((await person.get('/users?query=%25%25')).body.pagination.total, 0);
	t.is((await person.get('/users?query=@example.com')).body.pagination.total, 0, 'an address finds nobody');
	t.like(await person.get('/users'), {status: 422, body: {errors: [{path: 'query', code: 'REQUIRED'}]}});
	for (const query of ['disabled=true', 'platformRole=admin', 'sort=-lastSeenAt']) {
		const refused = await person.get(`/users?query=a&${query}`);
		t.like(refused, {status: 403, body: {params: {operation: 'user.read'}}}, query);
	}
	t.is((await person.get(`/users/${found.actor.id}`)).status, 403);
	t.is((await person.send('PATCH', `/users/${person.actor.id}`, {platformRole: 'admin'})).status, 403);
});

test('administrators see everybody, and all of them', async t => {
	const [admin, person] = [await people.person({platformRole: 'admin'}), await people.person()];
	const {body} = await admin.get(`/users?query=${person.actor.name}@`);
	t.like(body.items, [
		{id: person.actor.id, email: `${person.actor.name}@example.com`, platformRole: 'member', disabledAt: null},
	]);
	t.is((await admin.get(`/users/${person.actor.id}`)).body.name, person.actor.name);
	t.is((await admin.get(`/users/${randomUUID()}`)).body.code, 'USER_NOT_FOUND');
	await admin.send('PATCH', `/users/${person.actor.id}`, {disabled: true});
	const disabled = (await admin.get('/users?disabled=true&pageSize=100')).body.items;
	t.true(disabled.some(({id}: {id: string}) => id === person.actor.id));
	t.true((await admin.get('/users?platformRole=admin')).body.pagination.total >= 2);
});

test('who is disabled is refused at once, and again welcome when enabled', async t => {
	const [admin, person] = [await people.person({platformRole: 'admin'}), await people.person()];
	const path = `/users/${person.actor.id}`;
	const {revision} = (await admin.get(path)).body;
	const disabled = await admin.send('PATCH', path, {disabled: true}, {'if-match': `"${revision}"`});
	t.is(disabled.status, 200);
	t.truthy(disabled.body.disabledAt);
	t.like(await person.get('/users/me'), {status: 403, body: {code: 'USER_DISABLED'}});
	t.is((await admin.send('PATCH', path, {disabled: true})).body.disabledAt, disabled.body.disabledAt);
	t.is((await admin.send('PATCH', path, {disabled: false}, {'if-match': `"${revision}"`})).status, 412);
	t.is((await admin.send('PATCH', path, {disabled: false})).body.disabledAt, null);
	t.is((await person.get('/users/me')).status, 200);
	t.is((await admin.send('PATCH', `/users/${admin.actor.id}`, {disabled: true})).body.code, 'CANNOT_DISABLE_YOURSELF');
});

test.serial('there is always an administrator who can sign in, also when two disable each other at once', async t => {
	const em = product.services.orm.em.fork();
	await em.nativeUpdate(User, {id: {$ne: localAdministrator.id}}, {platformRole: 'member'});
	const [one, two] = [await people.person({platformRole: 'admin'}), await people.person({platformRole: 'admin'})];
	const disable = (by: typeof one, whom: typeof one) =>
		RequestContext.create(product.services.orm.em, () =>
			product.services.users.update(by.actor, whom.actor.id, {disabled: true}, null),
		);
	const answers = await Promise.allSettled([disable(one, two), disable(two, one)]);
	const refused = answers.filter(({status}) => status === 'rejected');
	t.like(refused, [{reason: {code: 'LAST_ADMINISTRATOR'}}]);
	const left = answers[0].status === 'fulfilled' ? one : two;
	const demoted = await left.send('PATCH', `/users/${left.actor.id}`, {platformRole: 'member'});
	t.is(demoted.body.code, 'LAST_ADMINISTRATOR');
	t.is((await left.get('/users/me')).body.platformRole, 'admin');
});
