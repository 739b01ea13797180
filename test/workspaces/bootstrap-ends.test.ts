import test from 'ava';
import {AppError} from '../../src/errors.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation();
});
test.afterEach.always(() => product.fake.recover());
test.after.always(async () => product?.close());

const steps = {checkout: {gitUrl: 'https://git.example/x.git'}, setup: {setupScript: 'true'}};
/** From here on commands inside hang. `began` resolves once the step's own does, which is after the step says that it runs. */
const hangInside = () => {
	const before = product.fake.calls.length;
	product.fake.hang('exec');
	return {
		began: async (operationId: string, name: string): Promise<void> => {
			await product.until(`the step ${name}`, 60, async () => {
				const operation = await product.operation(operationId);
				const isThere = operation.steps.some(step => step.name === name && step.status === 'running');
				return isThere && product.fake.calls.slice(before).includes('exec');
			});
		},
	};
};
const isUnderWay = /"(running|reverting|queued)"/;

/** Its steps hang until they are cancelled; from then on nothing inside answers but with a refusal. */
const refuseInside = () => {
	const refusal = new AppError('COMMAND_NOT_FOUND', {command: 'sh'});
	for (let count = 0; count < 50; count++) product.fake.failNext('exec', 'before', refusal);
};

for (const [step, input] of Object.entries(steps)) {
	for (const command of ['cancel', 'stop', 'delete'] as const) {
		test.serial(`${command} during ${step} ends, though nothing inside answers, and nothing says running`, async t => {
			const inside = hangInside();
			const {body} = await product.post('/workspaces', {name: `${step}-${command}`, ...input});
			await inside.began(body.operation.id, step);
			refuseInside();
			const answer =
				command === 'cancel'
					? await product.post(`/operations/${body.operation.id}/cancel`)
					: command === 'stop'
						? await product.post(`/workspaces/${body.id}/stop`)
						: await product.send('DELETE', `/workspaces/${body.id}`);
			t.is(answer.status, 202);
			const operation = await product.ended(body.operation.id);
			t.is(operation.status, 'cancelled');
			t.notRegex(JSON.stringify(operation.steps.map(({status}) => status)), isUnderWay);
			if (command !== 'cancel') t.is((await product.ended(answer.body.operationId)).status, 'succeeded');
			if (command === 'delete') return;
			const {status, observed, bootstrap} = await product.workspace(body.id);
			t.is(bootstrap.status, 'cancelled');
			t.notRegex(JSON.stringify({status, observed}), isUnderWay);
		});
	}
}

test.serial(
	'a set-up that is run again and cannot be ended inside ends with its container, which runs again',
	async t => {
		const {id} = await product.create({name: 'again', setupScript: 'true'});
		const inside = hangInside();
		const {body} = await product.post(`/workspaces/${id}/bootstrap`);
		await inside.began(body.operationId, 'setup');
		refuseInside();
		await product.post(`/operations/${body.operationId}/cancel`);
		t.is((await product.ended(body.operationId)).status, 'cancelled');
		t.like(await product.workspace(id), {status: 'running', observed: 'running', bootstrap: {status: 'cancelled'}});
	},
);
