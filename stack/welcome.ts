interface Facts {
	temporalUiUrl: string | null;
	dataDir: string;
	/** Whether people have to sign in. */
	signsIn: boolean;
}

/** What a person may do now that everything runs. */
export function welcome(url: string, {temporalUiUrl, dataDir, signsIn}: Facts): string {
	const body = JSON.stringify({name: 'hello'});
	const lines = [
		['API', `${url}/api/v1`],
		['Swagger UI', `${url}/docs`],
		['ReDoc', `${url}/redoc`],
		['Health', `${url}/health`],
		...(temporalUiUrl ? [['Temporal Web UI', temporalUiUrl]] : []),
		['Logs', `${dataDir}/logs`],
		['Signing in', signsIn ? 'with Keycloak' : 'off: whoever reaches the API is the administrator'],
	];
	const token = signsIn ? ' -H "authorization: Bearer $TOKEN"' : '';
	return [
		'',
		...lines.map(([name, where]) => `  ${name?.padEnd(16)} ${where}`),
		'',
		'Create a workspace:',
		`  curl -X POST ${url}/api/v1/workspaces${token} -H 'content-type: application/json' -d '${body}'`,
		'',
		'Ctrl-C stops everything; workspaces go on running.',
		'',
	].join('\n');
}
