// Whatever people do to each other, and at once: every team keeps an owner who can sign in, and the service an administrator.
import test from 'ava';
import fc from 'fast-check';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {peopleOf, type Person} from '../helpers/people.ts';

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

const index = fc.nat(2);
const act = fc.oneof(
	fc.record({kind: fc.constant('disable' as const), whom: index, by: index}),
	fc.record({kind: fc.constant('enable' as const), whom: index, by: index}),
	fc.record({kind: fc.constant('demote' as const), whom: index, by: index}),
	fc.record({kind: fc.constant('promote' as const), whom: index, by: index}),
	fc.record({kind: fc.constant('remove' as const), whom: index, by: index}),
	fc.record({kind: fc.constant('leave' as const), whom: index, by: index}),
	fc.record({kind: fc.constant('transfer' as const), whom: index, by: index}),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

const perform = async (team: string, persons: Person[], administrators: Person[], {kind, whom, by}: Act) => {
	const userId = persons[whom]!.actor.id;
	const administrator = administrators[by % administrators.length]!;
	const member = `/teams/${team}/members/${userId}`;
	switch (kind) {
		case 'disable':
			return administrator.send('PATCH', `/users/${userId}`, {disabled: true});
		case 'enable':
			return administrator.send('PATCH', `/users/${userId}`, {disabled: false});
		case 'demote':
			return persons[by]!.send('PATCH', member, {role: 'member'});
		case 'promote':
			return persons[by]!.send('PATCH', member, {role: 'owner'});
		case 'remove':
			return persons[by]!.send('DELETE', member);
		case 'leave':
			return persons[whom]!.post(`/teams/${team}/leave`);
		case 'transfer':
			return persons[by]!.post(`/teams/${team}/transfer-ownership`, {userId});
	}
};

test('a team keeps an owner who can sign in, over any sequence of what people do, two at a time', async t => {
	const administrators = [await people.person({platformRole: 'admin'}), await people.person({platformRole: 'admin'})];
	let acts = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(fc.tuple(act, act), {minLength: 4, maxLength: 12}), async pairs => {
			const persons = [await people.person(), await people.person(), await people.person()];
			const team = await people.team([
				[persons[0]!, 'owner'],
				[persons[1]!, 'owner'],
				[persons[2]!, 'member'],
			]);
			for (const pair of pairs) {
				const answers = await Promise.all(pair.map(one => perform(team, persons, administrators, one)));
				acts += answers.length;
				for (const {status, body} of answers) t.true(status < 500, JSON.stringify(body));
				const [owners] = await product.services.orm.em.fork().execute<{count: number}[]>(
					`select count(*)::int from team_member m join "user" u on u.id = m.user_id
					where m.team_id = ? and m.role = 'owner' and u.disabled_at is null`,
					[team],
				);
				t.true(owners!.count > 0, JSON.stringify(pairs));
			}
		}),
		{numRuns: 20, includeErrorInReport: true},
	);
	t.true(acts > 100);
});

test('the only owner of a team is not disabled, and the answer names the team', async t => {
	const [administrator, owner] = [await people.person({platformRole: 'admin'}), await people.person()];
	const team = await people.team([[owner, 'owner']]);
	const {name} = (await owner.get(`/teams/${team}`)).body;
	const answer = await administrator.send('PATCH', `/users/${owner.actor.id}`, {disabled: true});
	t.like(answer, {status: 409, body: {code: 'LAST_OWNER', params: {team: name}}});
	t.is((await owner.get('/users/me')).status, 200);
});
