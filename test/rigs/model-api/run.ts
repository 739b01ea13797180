// npm run model-api -- WORKSPACE_ID [--api http://127.0.0.1:3001]
// Starts a model provider that does what it is told inside a workspace, and prints its address there: for trying agents without a key.
import {parseArgs} from 'node:util';
import {runInWorkspace} from './run-in-workspace.ts';
import {startModelApi} from './start-model-api.ts';

const usage = 'Usage: npm run model-api -- WORKSPACE_ID [--api http://127.0.0.1:3001]';

try {
	const {values, positionals} = parseArgs({
		allowPositionals: true,
		options: {api: {type: 'string', default: 'http://127.0.0.1:3001'}},
	});
	const [workspaceId] = positionals;
	if (workspaceId === undefined || positionals.length > 1) throw new Error(usage);
	console.log((await startModelApi(runInWorkspace(values.api, workspaceId))).url);
} catch (error) {
	console.error(sentenceOf(error));
	process.exitCode = 1;
}

function sentenceOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	// What `fetch` says of an API that does not answer.
	const cause = error.cause instanceof Error && 'code' in error.cause ? ` (${String(error.cause.code)})` : '';
	return `${error.message}${cause}`;
}
