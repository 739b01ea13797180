import {randomUUID} from 'node:crypto';
import test from 'ava';
import {Invitation} from '../../src/teams/invitations/invitation.entity.ts';
import {User} from '../../src/users/user.entity.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {type Person, peopleOf} from '../helpers/people.ts';

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

const em = () => product.services.orm.em.fork();
const addressOf = ({actor}: Person): string => `${actor.name}@example.com`;
const teamWith = async (): Promise<{owner: Person; id: string; path: string}> => {
	const owner = await people.person();
	const id = await people.team([[owner, 'owner']]);
	return {owner, id, path: `/teams/${id}/invitations`};
};
const answer = (person: Person, verb: 'accept' | 'decline', token: string) =>
	person.post(`/invitations/${verb}`, {token});

test('who is invited by address joins the team by the token', async t => {
	const [{owner, id, path}, guest] = [await teamWith(), await people.person()];
	const made = await owner.post(path, {email: addressOf(guest).toUpperCase(), role: 'admin'});
	t.like(made, {status: 201, body: {email: addressOf(guest), user: null, role: 'admin', status: 'pending'}});
	t.like(made.body, {inviterName: owner.actor.name, mailedAt: null, mailError: null});
	t.regex(made.body.token, /^wsm_inv_[\w-]{43}$/);
	t.is(made.headers.get('cache-control'), 'no-store');
	const hours = (Date.parse(made.body.expiresAt) - Date.now()) / 3_600_000;
	t.true(hours > 71.9 && hours <= 72);
	const [listed] = (await owner.get(path)).body.items;
	t.is(listed.id, made.body.id);
	t.false('token' in listed);
	t.false(JSON.stringify(await em().find(Invitation, {})).includes(made.body.token), 'the token is not stored');

	const preview = await (await people.nobody()).post('/invitations/preview', {token: made.body.token});
	const {name} = (await owner.get(`/teams/${id}`)).body;
	t.deepEqual(preview.body, {
		teamName: name,
		role: 'admin',
		inviterName: owner.actor.name,
		expiresAt: made.body.expiresAt,
	});
	const joined = await answer(guest, 'accept', made.body.token);
	t.like(joined, {status: 200, body: {id, role: 'admin', memberCount: 2, revision: 2}});
	const [after] = (await owner.get(`${path}?status=accepted`)).body.items;
	t.truthy(after.answeredAt);
	t.like(await answer(guest, 'accept', made.body.token), {
		status: 409,
		body: {code: 'INVITATION_NOT_PENDING', params: {status: 'accepted'}},
	});
});

test('who is invited in person finds it in their list, and answers by its id', async t => {
	const [{owner, id, path}, guest, other] = [await teamWith(), await people.person(), await people.person()];
	const made = (await owner.post(path, {userId: guest.actor.id})).body;
	t.like(made, {user: {id: guest.actor.id, name: guest.actor.name}, role: 'member', email: null});
	const {items, pagination} = (await guest.get('/invitations')).body;
	t.is(pagination.total, 1);
	t.like(items, [{id: made.id, role: 'member', inviterName: owner.actor.name}]);
	t.is((await other.get('/invitations')).body.pagination.total, 0);
	t.is((await other.post('/invitations/accept', {id: made.id})).body.code, 'INVITATION_NOT_FOUND');
	t.is((await guest.post('/invitations/accept', {id: made.id})).body.id, id);
	t.is((await guest.get('/invitations')).body.pagination.total, 0);
	t.is((await owner.post(path, {userId: guest.actor.id})).body.code, 'ALREADY_MEMBER');
	t.is((await owner.post(path, {userId: randomUUID()})).body.code, 'USER_NOT_FOUND');
});

test('for everybody else there is no such invitation, whatever has become of it', async t => {
	const [{owner, path}, guest, other] = [await teamWith(), await people.person(), await people.person()];
	const unknown = await answer(other, 'accept', `wsm_inv_${'x'.repeat(43)}`);
	const bare = ({status, body}: {status: number; body: object}) => ({...body, status, requestId: null});
	const {token, id} = (await owner.post(path, {email: addressOf(guest)})).body;
	t.deepEqual(bare(await answer(other, 'accept', token)), bare(unknown));
	t.is((await answer(other, 'decline', token)).body.code, 'INVITATION_NOT_FOUND');
	t.is((await owner.send('DELETE', `${path}/${id}`)).status, 204);
	t.deepEqual(bare(await answer(other, 'accept', token)), bare(unknown));
	t.is((await answer(guest, 'accept', token)).body.params.status, 'revoked');
});

test('an address counts only when it is verified', async t => {
	const [{owner, path}, guest] = [await teamWith(), await people.person()];
	await em().nativeUpdate(User, {id: guest.actor.id}, {emailVerified: false});
	const {token} = (await owner.post(path, {email: addressOf(guest)})).body;
	t.is((await answer(guest, 'accept', token)).body.code, 'INVITATION_NOT_FOUND');
	t.is((await guest.get('/invitations')).body.pagination.total, 0);
	await em().nativeUpdate(User, {id: guest.actor.id}, {emailVerified: true});
	t.is((await answer(guest, 'accept', token)).status, 200);
});

test('whether an address is anybody’s makes no difference to the answer', async t => {
	const [{owner, path}, known] = [await teamWith(), await people.person()];
	const shape = async (email: string) => {
		const {status, body, headers} = await owner.post(path, {email});
		const {id, token, createdAt, expiresAt, email: _, ...rest} = body;
		return {
			status,
			rest,
			keys: [...headers.keys()].toSorted(),
			lengths: [id.length, token.length, createdAt, expiresAt].length,
		};
	};
	t.deepEqual(await shape(addressOf(known)), await shape(`${randomUUID()}@example.com`));
	t.is((await owner.post(path, {email: addressOf(known)})).body.code, 'INVITATION_PENDING');
});

test('of fifty who accept at once one joins, and the others are told why not', async t => {
	const [{owner, id, path}, guest] = [await teamWith(), await people.person()];
	const {token} = (await owner.post(path, {email: addressOf(guest)})).body;
	const answers = await Promise.all(Array.from({length: 50}, () => answer(guest, 'accept', token)));
	t.is(answers.filter(({status}) => status === 200).length, 1);
	const refused = answers.filter(({status}) => status !== 200);
	t.true(refused.every(({body}) => body.code === 'INVITATION_NOT_PENDING' && body.params.status === 'accepted'));
	t.is((await owner.get(`/teams/${id}`)).body.memberCount, 2);
});

test('accepting and taking back at once end one way', async t => {
	for (let round = 0; round < 10; round++) {
		const [{owner, id, path}, guest] = [await teamWith(), await people.person()];
		const {token, id: invitationId} = (await owner.post(path, {email: addressOf(guest)})).body;
		const [accepted, revoked] = await Promise.all([
			answer(guest, 'accept', token),
			owner.send('DELETE', `${path}/${invitationId}`),
		]);
		const isMember = (await owner.get(`/teams/${id}`)).body.memberCount === 2;
		t.deepEqual([accepted.status, revoked.status], isMember ? [200, 409] : [409, 204]);
	}
});

test('what is over cannot be accepted, and says so', async t => {
	const [{owner, path}, guest] = [await teamWith(), await people.person()];
	const invite = async () => (await owner.post(path, {email: addressOf(guest)})).body;
	const refusal = async (token: string) => {
		const {status, body} = await answer(guest, 'accept', token);
		const preview = await guest.post('/invitations/preview', {token});
		t.deepEqual([preview.status, preview.body.code], [status, body.code]);
		return body.params.status;
	};
	const declined = await invite();
	t.is((await answer(guest, 'decline', declined.token)).status, 204);
	t.is(await refusal(declined.token), 'declined');
	t.is((await owner.send('DELETE', `${path}/${declined.id}`)).body.code, 'INVITATION_NOT_PENDING');
	t.is((await owner.post(`${path}/${declined.id}/resend`)).body.code, 'INVITATION_NOT_PENDING');

	const revoked = await invite();
	t.is((await owner.send('DELETE', `${path}/${revoked.id}`, undefined, {'if-match': '"7"'})).status, 412);
	t.is((await owner.send('DELETE', `${path}/${revoked.id}`)).status, 204);
	t.is((await owner.send('DELETE', `${path}/${revoked.id}`)).status, 204, 'again is the same');
	t.is(await refusal(revoked.token), 'revoked');

	const expired = await invite();
	await em().nativeUpdate(Invitation, {id: expired.id}, {expiresAt: new Date()});
	t.is(await refusal(expired.token), 'expired');
	t.is((await owner.get(`${path}?status=expired`)).body.items[0].id, expired.id);
	t.is((await owner.get(`${path}?status=pending`)).body.pagination.total, 0);
	t.is((await guest.get('/invitations')).body.pagination.total, 0);
	const next = await invite();
	t.is(next.status, 'pending', 'one that has expired is in nobody’s way');
	t.is((await owner.get(`${path}?status=expired`)).body.pagination.total, 1);
	t.is((await answer(guest, 'accept', next.token)).status, 200);
});

test('sent again, an invitation has a new token and the old one is void', async t => {
	const [{owner, path}, guest] = [await teamWith(), await people.person()];
	const first = (await owner.post(path, {email: addressOf(guest)})).body;
	await em().nativeUpdate(Invitation, {id: first.id}, {expiresAt: new Date()});
	const again = await owner.post(`${path}/${first.id}/resend`);
	t.like(again, {status: 200, body: {id: first.id, status: 'pending'}});
	t.not(again.body.token, first.token);
	t.is((await answer(guest, 'accept', first.token)).body.code, 'INVITATION_NOT_FOUND');
	t.is((await answer(guest, 'accept', again.body.token)).status, 200);
});

test('nobody invites into a role above their own, and whoever invited must be able to when it is accepted', async t => {
	const [{owner, id, path}, admin, guest] = [await teamWith(), await people.person(), await people.person()];
	const invited = (await owner.post(path, {userId: admin.actor.id, role: 'admin'})).body;
	await answer(admin, 'accept', invited.token);
	const refused = await admin.post(path, {userId: guest.actor.id, role: 'owner'});
	t.like(refused, {status: 403, body: {code: 'ROLE_ABOVE_OWN', params: {role: 'owner'}}});
	const {token} = (await admin.post(path, {userId: guest.actor.id, role: 'admin'})).body;
	const member = `/teams/${id}/members/${admin.actor.id}`;
	await owner.send('PATCH', member, {role: 'member'});
	t.like(await answer(guest, 'accept', token), {status: 409, body: {code: 'INVITER_MAY_NOT'}});
	await owner.send('PATCH', member, {role: 'admin'});
	await product.send('PATCH', `/users/${admin.actor.id}`, {disabled: true});
	t.is((await answer(guest, 'accept', token)).body.code, 'INVITER_MAY_NOT');
	await product.send('PATCH', `/users/${admin.actor.id}`, {disabled: false});
	t.is((await answer(guest, 'accept', token)).status, 200);
	t.is((await owner.get(`/teams/${id}`)).body.memberCount, 3);
});

test('nobody comes back by an invitation from before', async t => {
	const [{owner, id, path}, guest] = [await teamWith(), await people.person()];
	const [one, two] = [
		(await owner.post(path, {email: addressOf(guest)})).body,
		(await owner.post(path, {userId: guest.actor.id})).body,
	];
	t.is((await answer(guest, 'accept', one.token)).status, 200);
	t.is((await answer(guest, 'accept', two.token)).body.params.status, 'revoked');
	const late = (await owner.post(path, {email: addressOf(guest)})).body;
	t.is((await answer(guest, 'accept', late.token)).body.code, 'ALREADY_MEMBER');
	await owner.send('DELETE', `/teams/${id}/members/${guest.actor.id}`);
	t.is((await answer(guest, 'accept', late.token)).body.params.status, 'revoked');
	const other = (await owner.post(path, {email: addressOf(guest)})).body;
	t.is((await owner.send('DELETE', `/teams/${id}`)).status, 204);
	t.is((await answer(guest, 'accept', other.token)).body.params.status, 'revoked');
});

test('an invitation names one person or one address', async t => {
	const {owner, path} = await teamWith();
	const userId = randomUUID();
	for (const [input, field, code] of [
		[{}, 'email', 'ONE_OF_TWO'],
		[{role: 'viewer'}, 'email', 'ONE_OF_TWO'],
		[{userId, email: 'a@example.com'}, 'email', 'ONE_OF_TWO'],
		[{email: 'nobody'}, 'email', 'INVALID_FORMAT'],
		[{email: 'a@example.com\r\nBcc: b@example.com'}, 'email', 'INVALID_FORMAT'],
		[{userId: 'x'}, 'userId', 'INVALID_FORMAT'],
		[{email: 'a@example.com', role: 'king'}, 'role', 'INVALID_VALUE'],
		[{email: 'a@example.com', token: 'mine'}, 'token', 'UNRECOGNIZED_KEY'],
	] as const) {
		const refused = await owner.post(path, input);
		t.like(refused, {status: 422, body: {errors: [{path: field, code}]}}, JSON.stringify(input));
	}
	t.is((await owner.post('/invitations/accept', {})).body.errors[0].code, 'ONE_OF_TWO');
	t.is(
		(await owner.post(path, {email: 'a@example.com'}, {'idempotency-key': 'x'})).body.code,
		'IDEMPOTENCY_NOT_SUPPORTED',
	);
});
