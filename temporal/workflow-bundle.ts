import {fileURLToPath} from 'node:url';
import {bundleWorkflowCode, DefaultLogger, type Logger} from '@temporalio/worker';

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** The workflow code as one script. The bundler refuses what is not deterministic (Node's own modules), so building it is a check, too. */
export const buildWorkflowBundle = async (logger: Logger = new DefaultLogger('WARN')): Promise<string> => {
	const {code} = await bundleWorkflowCode({workflowsPath, logger});
	return code;
};
