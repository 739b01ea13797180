// Somebody is removed while what they began runs in a real container.
import test from 'ava';
import {automationOf} from '../automation/helpers.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {type Person, peopleOf} from '../helpers/people.ts';

let product: Installation;
let people: ReturnType<typeof peopleOf>;
let owner: Person;
let workspaceId: string;
test.before(async () => {
	product = await startInstallation({env: {JOB_MINIMUM_SECONDS: '1'}});
	people = peopleOf(product);
	owner = await people.person();
	({id: workspaceId} = await owner.create({name: 'at-work'}));
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

const shell = (script: string) => ({kind: 'command', command: ['sh', '-c', script], trigger: {kind: 'manual'}});
const colleague = async (): Promise<Person> => {
	const person = await people.person();
	const shared = await owner.post(`/workspaces/${workspaceId}/members`, {userId: person.actor.id, role: 'editor'});
	if (shared.status !== 201) throw new Error(JSON.stringify(shared.body));
	return person;
};
const remove = ({actor}: Person) => owner.send('DELETE', `/workspaces/${workspaceId}/members/${actor.id}`);
const begin = async (person: Person, name: string, script: string): Promise<string> => {
	const job = await person.post('/automation/jobs', {workspaceId, name, ...shell(script)});
	const {body} = await person.post(`/automation/jobs/${job.body.id}/run`);
	await product.until('its first word', 30, async () =>
		(await product.get(`/automation/executions/${body.id}/output`)).body.startsWith('begun'),
	);
	return body.id;
};

test.serial('their run is ended with all that it started; that of a colleague goes on', async t => {
	const automation = automationOf(product);
	const [goes, stays] = [await colleague(), await colleague()];
	const theirs = await begin(goes, 'theirs', 'echo begun; setsid sleep 311 & sleep 311');
	const other = await begin(stays, 'other', 'echo begun; sleep 312');
	const removedAt = Date.now();
	t.is((await remove(goes)).status, 204);
	const ended = await automation.ended(theirs);
	t.log(`ended after ${Date.now() - removedAt} ms`);
	t.like(ended, {status: 'cancelled', reason: {code: 'personRemoved'}});
	t.is(await automation.processes(workspaceId, 'sleep 311'), 0);
	t.is((await automation.execution(other)).status, 'running');
	t.is(await automation.processes(workspaceId, 'sleep 312'), 1);
	t.is((await goes.get(`/automation/executions/${theirs}`)).status, 404);
	await product.post(`/automation/executions/${other}/cancel`);
	await automation.ended(other);
});

test.serial('a command that they wait for is killed, and so is the log that they follow', async t => {
	const automation = automationOf(product);
	const goes = await colleague();
	const {url, headers} = goes;
	const log = await fetch(`${url}/api/v1/workspaces/${workspaceId}/logs?follow=true`, {
		headers: {...headers, accept: 'text/event-stream'},
	});
	t.is(log.status, 200);
	const logEnded = log.text().then(() => Date.now());
	const exec = goes.post(`/workspaces/${workspaceId}/exec`, {command: ['sleep', '313']}).then(answer => ({
		...answer,
		at: Date.now(),
	}));
	await product.until('the command', 20, async () => (await automation.processes(workspaceId, 'sleep 313')) === 1);
	const removedAt = Date.now();
	t.is((await remove(goes)).status, 204);
	const answer = await exec;
	t.like(answer, {status: 404, body: {code: 'WORKSPACE_NOT_FOUND'}});
	const took = [answer.at - removedAt, (await logEnded) - removedAt];
	t.log(`command ${took[0]} ms, log ${took[1]} ms`);
	t.true(took.every(milliseconds => milliseconds < 10_000));
	t.is(await automation.processes(workspaceId, 'sleep 313'), 0);
	t.is((await product.workspace(workspaceId)).keptUpBy, null);
});
