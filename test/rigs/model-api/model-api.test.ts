import test from 'ava';
import {type Box, startBox} from '../../helpers/box.ts';
import {type ModelApi, startModelApi} from './start-model-api.ts';

let box: Box;
let modelApi: ModelApi;
test.before(async () => {
	box = await startBox();
	modelApi = await startModelApi((command, stdin) => box.run(command, stdin === undefined ? {} : {stdin}));
});
test.after.always(async () => box?.remove());

const protocols = {
	anthropic: {path: '/v1/messages?beta=true', tools: [{name: 'Bash'}]},
	responses: {path: '/v1/responses', tools: [{name: 'exec_command'}]},
	chat: {path: '/v1/chat/completions', tools: [{type: 'function', function: {name: 'bash'}}]},
	gemini: {path: '/v1beta/models/m:generateContent', tools: [{functionDeclarations: [{name: 'run_shell_command'}]}]},
};
type Protocol = keyof typeof protocols;

/** Asks as an agent inside would; an answer that never comes whole is a status of 0. */
const ask = async (
	protocol: Protocol,
	scenario: string,
	more: {stream?: boolean; turns?: number; tools?: object[]} = {},
) => {
	const {path, tools} = protocols[protocol];
	const {stream = false, turns = 0} = more;
	const isGemini = protocol === 'gemini';
	const said = (role: string, text: string) => (isGemini ? {role, parts: [{text}]} : {role, content: text});
	const conversation = [
		said('user', `[[scenario:${scenario}]] go`),
		...Array.from({length: turns}, () => [said(isGemini ? 'model' : 'assistant', 'x'), said('user', 'result')]).flat(),
	];
	const key = {anthropic: 'messages', responses: 'input', chat: 'messages', gemini: 'contents'}[protocol];
	const body = {model: 'm', tools: more.tools ?? tools, [key]: conversation, ...(isGemini ? {} : {stream})};
	const url = modelApi.url + (isGemini && stream ? path.replace('generate', 'streamGenerate') : path);
	const script = `
		fetch(process.argv[1], {method: 'POST', body: process.argv[2], signal: AbortSignal.timeout(Number(process.argv[3]))})
			.then(async answer => ({status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text()}))
			.catch(() => ({status: 0, retryAfter: null, text: ''}))
			.then(answer => console.log(JSON.stringify(answer)));
	`;
	const {stdout} = await box.run([
		'node',
		'-e',
		script,
		url,
		JSON.stringify(body),
		scenario === 'hang' ? '2000' : '60000',
	]);
	return JSON.parse(stdout) as {status: number; retryAfter: string | null; text: string};
};

for (const protocol of Object.keys(protocols) as Protocol[]) {
	test(`in the words of ${protocol} it answers, calls tools, fails and breaks off as it is told`, async t => {
		t.regex((await ask(protocol, 'default')).text, /Hello from the model\./);
		const stream = (await ask(protocol, 'default', {stream: true})).text;
		t.regex(stream, /^(event: .*\n)?data: /);
		t.true(stream.includes('Hello ') && stream.includes('model.'));
		t.true((await ask(protocol, 'write', {stream: true})).text.includes('echo hi > hi.txt'));
		t.regex((await ask(protocol, 'write', {turns: 1})).text, /The file is written/);
		t.like(await ask(protocol, 'e429'), {status: 429, retryAfter: '1'});
		t.is((await ask(protocol, 'drop', {stream: true})).status, 0);
		t.is((await ask(protocol, 'drop')).status, 0);
		t.regex((await ask(protocol, 'write', {tools: []})).text, /A title/);
	});
}

test('each attempt of a turn may have an answer of its own, and everything asked is known', async t => {
	t.is((await ask('anthropic', 'limitedOnce')).status, 429);
	t.regex((await ask('anthropic', 'limitedOnce')).text, /At last\./);
	t.is((await ask('anthropic', 'hang')).status, 0);
	const asked = (await modelApi.requests()).filter(({scenario}) => scenario === 'limitedOnce');
	t.deepEqual(
		asked.map(({path, model, turn}) => ({path, model, turn})),
		[0, 0].map(turn => ({path: '/v1/messages', model: 'm', turn})),
	);
});
