// A delete that comes while any step of any operation is being taken: it wins, it is the end, and nothing is left.
import test from 'ava';
import {createOperationSteps} from '../../activities/index.ts';
import {type GitServer, startGitServer} from '../helpers/git-server.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {findViolations} from '../helpers/invariants.ts';
import {begin, prepare, scenarios} from './faults/scenarios.ts';

/** The next such step of these workspaces, by name, is held until it is cancelled or let go. */
const held = new Map<string, {step: string; reached: () => void; letGo: Promise<void>}>();

let product: Installation;
let repository: GitServer;
test.before(async () => {
	repository = await startGitServer();
	product = await startInstallation({
		steps(services) {
			const steps = createOperationSteps(services);
			return {
				...steps,
				async apply(work, context) {
					const gate = held.get(work.spec.name);
					if (gate?.step !== work.step) return steps.apply(work, context);
					held.delete(work.spec.name);
					gate.reached();
					const cancelled = new Promise<void>(resolve =>
						context.signal.addEventListener('abort', () => resolve(), {once: true}),
					);
					await Promise.race([gate.letGo, cancelled]);
					context.signal.throwIfAborted();
					return steps.apply(work, context);
				},
			};
		},
	});
});
test.after.always(async () => {
	await product?.close();
	await repository?.close();
});

let made = 0;
for (const scenario of scenarios.filter(({kind}) => kind !== 'delete')) {
	test.serial(`a delete during any step of ${scenario.name} wins, and leaves nothing`, async t => {
		t.timeout(240_000);
		const one = async (step: string): Promise<void> => {
			const name = `deleted-${++made}`;
			const reached = Promise.withResolvers<void>();
			const letGo = Promise.withResolvers<void>();
			const start = await prepare(product, name, scenario, repository);
			held.set(name, {step, reached: reached.resolve, letGo: letGo.promise});
			const {workspaceId, operationId} = await begin(product, start);
			await reached.promise;

			const twice = await Promise.all([1, 2].map(() => product.send('DELETE', `/workspaces/${workspaceId}`)));
			t.deepEqual(
				twice.map(({status}) => status),
				[202, 202],
			);
			const deletion = twice[0]!.body.operationId;
			t.is(twice[1]!.body.operationId, deletion);
			t.is((await product.post(`/workspaces/${workspaceId}/start`)).body.code, 'WORKSPACE_DELETING');
			// What is past its return goes on first, and needs its step for it.
			if (step === 'discard') letGo.resolve();
			t.is((await product.ended(deletion, 120)).status, 'succeeded', step);
			const operation = await product.operation(operationId);
			t.is(operation.status, step === 'discard' ? 'succeeded' : 'cancelled', step);
			t.is(operation.supersededBy, deletion, step);
			t.is((await product.get(`/workspaces/${workspaceId}`)).status, 404);
		};
		await Promise.all(scenario.steps.map(one));
		t.deepEqual(await findViolations(product), []);
	});
}
