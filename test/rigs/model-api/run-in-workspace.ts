import type {Run} from './start-model-api.ts';

/** Runs commands in a workspace as anybody may: through the API at `api`. Rejects with what the API says when it does not. */
export const runInWorkspace =
	(api: string, workspaceId: string): Run =>
	async (command, stdin) => {
		const response = await fetch(`${api}/api/v1/workspaces/${encodeURIComponent(workspaceId)}/exec`, {
			method: 'POST',
			headers: {'content-type': 'application/json'},
			body: JSON.stringify({command, ...(stdin === undefined ? {} : {stdin})}),
		});
		const body = (await response.json()) as {detail?: string; exitCode: number | null; stdout: string; stderr: string};
		if (!response.ok) throw new Error(body.detail ?? `The API answered ${response.status}.`);
		return body;
	};
