import test from 'ava';
import {User} from '../../src/users/user.entity.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {startMailServer} from '../helpers/mail-server.ts';
import {type Person, peopleOf} from '../helpers/people.ts';

let mail: Awaited<ReturnType<typeof startMailServer>>;
let product: Installation;
let people: ReturnType<typeof peopleOf>;
let owner: Person;
let path: string;
test.before(async () => {
	mail = await startMailServer();
	product = await startInstallation({
		withoutWorkers: true,
		env: {SMTP_URL: mail.url, MAIL_FROM: 'Workspaces <no-reply@example.com>', PUBLIC_URL: 'https://work.example.com/'},
	});
	people = peopleOf(product);
	owner = await people.person();
	const {id} = (await owner.post('/teams', {name: '支付 “Payments”'})).body;
	path = `/teams/${id}/invitations`;
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
	await mail?.close();
});

interface Sent {
	id: string;
	mailedAt: string | null;
	mailError: string | null;
}
const settled = (id: string): Promise<Sent> =>
	product.until('how it was mailed', 10, async () => {
		const {items} = (await owner.get(`${path}?pageSize=100`)).body;
		const found = items.find((one: Sent) => one.id === id);
		return (found.mailedAt || found.mailError) && found;
	});
const mailTo = (address: string) => mail.received.filter(({to}) => to.includes(address));

test('an invitation is mailed with a link that opens it', async t => {
	const made = (await owner.post(path, {email: 'New.Person@example.com', role: 'admin'})).body;
	t.is(made.mailedAt, null, 'nobody waits for the mail');
	t.truthy((await settled(made.id)).mailedAt);
	const [received] = mailTo('new.person@example.com');
	t.is(received!.subject, `${owner.actor.name} invites you to the team 支付 “Payments”`);
	t.true(received!.text.includes(`https://work.example.com/invitations#token=${made.token}\n`), received!.text);
	t.regex(received!.text, /as admin\.\n/);
	t.true(received!.text.includes(made.expiresAt.slice(0, 10)));
	const token = /#token=(\S+)/.exec(received!.text)![1];
	t.is((await owner.post('/invitations/preview', {token})).status, 200);
});

test('it is written in the language of who gets it, or else of who sends it', async t => {
	const guest = await people.person();
	await guest.send('PATCH', '/users/me', {language: 'zh-TW'});
	const address = `${guest.actor.name}@example.com`;
	await settled((await owner.post(path, {email: address})).body.id);
	t.is(mailTo(address)[0]!.subject, `${owner.actor.name} 邀請您加入「支付 “Payments”」團隊`);
	const other = await owner.post(path, {email: 'unknown@example.com'}, {'accept-language': 'zh-TW'});
	await settled(other.body.id);
	t.regex(mailTo('unknown@example.com')[0]!.text, /以成員身分加入/);
});

test('who is invited in person gets it at their verified address, or not at all', async t => {
	const [verified, unverified] = [await people.person(), await people.person()];
	await product.services.orm.em.fork().nativeUpdate(User, {id: unverified.actor.id}, {emailVerified: false});
	await settled((await owner.post(path, {userId: verified.actor.id})).body.id);
	t.is(mailTo(`${verified.actor.name}@example.com`).length, 1);
	await owner.post(path, {userId: unverified.actor.id});
	await product.services.invitationMail.settle();
	t.is(mailTo(`${unverified.actor.name}@example.com`).length, 0);
});

test('what could not be mailed says so, and can be sent again', async t => {
	const made = (await owner.post(path, {email: 'refused@example.com'})).body;
	t.like(await settled(made.id), {mailedAt: null, mailError: 'EENVELOPE 550'});
	const again = (await owner.post(`${path}/${made.id}/resend`)).body;
	t.like(again, {mailedAt: null, mailError: null});
	t.is((await settled(made.id)).mailError, 'EENVELOPE 550');
});

test('with the mail server away an invitation is made all the same', async t => {
	const away = await startInstallation({
		withoutWorkers: true,
		env: {SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'a@example.com', PUBLIC_URL: 'https://work.example.com'},
	});
	t.teardown(() => away.close());
	const {id} = (await away.post('/teams', {name: 'Away'})).body;
	const made = await away.post(`/teams/${id}/invitations`, {email: 'b@example.com'});
	t.is(made.status, 201);
	await away.services.invitationMail.settle();
	const [listed] = (await away.get(`/teams/${id}/invitations`)).body.items;
	t.like(listed, {mailedAt: null, mailError: 'ESOCKET'});
});
