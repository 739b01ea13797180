/** What a person may do now that everything runs. */
export function welcome(url: string, temporalUiUrl: string | null, dataDir: string): string {
	const body = JSON.stringify({name: 'hello'});
	const lines = [
		['API', `${url}/api/v1`],
		['Swagger UI', `${url}/docs`],
		['ReDoc', `${url}/redoc`],
		['Health', `${url}/health`],
		...(temporalUiUrl ? [['Temporal Web UI', temporalUiUrl]] : []),
		['Logs', `${dataDir}/logs`],
	];
	return [
		'',
		...lines.map(([name, where]) => `  ${name?.padEnd(16)} ${where}`),
		'',
		'Create a workspace:',
		`  curl -X POST ${url}/api/v1/workspaces -H 'content-type: application/json' -d '${body}'`,
		'',
		'Ctrl-C stops everything; workspaces go on running.',
		'',
	].join('\n');
}
