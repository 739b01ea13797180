import test from 'ava';
import * as workflows from '../../workflows/index.ts';
import {operationWorkflows} from '../../workflows/operation-workflows.ts';
import {buildWorkflowBundle} from '../../temporal/workflow-bundle.ts';

test('the workflow code can be bundled: it uses nothing that is not deterministic', async t => {
	const bundle = await buildWorkflowBundle();
	t.true(bundle.includes('provisionWorkspace'));
	t.false(bundle.includes('@mikro-orm'));
});

test('every kind of operation has its workflow', t => {
	for (const name of Object.values(operationWorkflows)) t.is(typeof Reflect.get(workflows, name), 'function', name);
});
