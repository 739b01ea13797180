import type {Scenarios, Step} from './scenarios.ts';

export type Json = Record<string, unknown>;
export type Protocol = 'anthropic' | 'responses' | 'chat' | 'gemini';

export interface Tool {
	name?: string;
	type?: string;
	function?: {name: string};
	functionDeclarations?: {name: string}[];
	tools?: Tool[];
}

interface Item extends Json {
	role?: string;
	type?: string;
	tools?: Tool[];
}

/** As much of a request's body as matters, in any of the protocols. */
export interface Body extends Json {
	model?: string;
	stream?: boolean;
	messages?: Item[];
	contents?: Item[];
	input?: Item[] | string;
	tools?: Tool[];
	prompt_cache_key?: string;
}

/** A request for an answer of the model. */
export interface Call {
	protocol: Protocol;
	body: Body;
	model: string;
	isStream: boolean;
	/** Tells the attempts of one session from another's. */
	session: string;
}

export const readCall = (path: string, body: Body, session: string): Call | null => {
	const gemini = /\/models\/([^/:]+):(stream)?generateContent$/i.exec(path);
	if (gemini) return {protocol: 'gemini', body, model: gemini[1] ?? '', isStream: gemini[2] !== undefined, session};
	const protocol = Object.entries(endings).find(([ending]) => path.endsWith(ending))?.[1];
	return protocol ? {protocol, body, model: String(body.model), isStream: body.stream === true, session} : null;
};

const endings: Record<string, Protocol> = {
	'/messages': 'anthropic',
	'/responses': 'responses',
	'/chat/completions': 'chat',
};

const itemsOf = ({messages, contents, input}: Body): Item[] => {
	const items = messages ?? contents ?? input ?? [];
	return typeof items === 'string' ? [{role: 'user', content: items}] : items;
};

/** Every tool that the model may call, by its name: Codex hands some over as an item of the conversation, in groups. */
export const offeredTools = ({body}: Call): Set<string> => {
	const names = (tool: Tool): (string | undefined)[] => [
		tool.type === 'namespace' ? undefined : (tool.name ?? tool.function?.name),
		...(tool.functionDeclarations ?? []).map(({name}) => name),
		...(tool.tools ?? []).flatMap(names),
	];
	const tools = [...(body.tools ?? []), ...itemsOf(body).flatMap(item => item.tools ?? [])];
	return new Set(tools.flatMap(names).filter(name => name !== undefined));
};

/** Where in which scenario this request stands. */
export const place = (call: Call, scenarios: Scenarios): {name: string; turn: number} => {
	if (offeredTools(call).size === 0) return {name: 'side', turn: 0};
	let name = 'default';
	let turn = 0;
	let followsReply = false;
	for (const item of itemsOf(call.body)) {
		const isReply = item.role === 'assistant' || item.role === 'model' || /(_call|reasoning)$/.test(item.type ?? '');
		if (isReply && !followsReply) turn += 1;
		const mark = isReply ? undefined : [...JSON.stringify(item).matchAll(/\[\[scenario:([\w.-]+)\]\]/g)].at(-1);
		if (mark?.[1] !== undefined) [name, turn] = [mark[1], 0];
		followsReply = isReply;
	}
	return {name: scenarios[name] ? name : 'default', turn};
};

/** The tool call that a step asks for, with the client's own shell under whatever name it has. */
export const toolCallOf = (step: Step, call: Call): {name: string; input: object} | null => {
	if (step.tool) return step.tool;
	const {shell} = step;
	if (shell === undefined) return null;
	const offered = offeredTools(call);
	const name = Object.keys(shells).find(each => offered.has(each)) ?? 'Bash';
	return {name, input: shells[name]!(shell)};
};

const plainShell = (command: string) => ({command, description: 'scripted'});
const shells: Record<string, (command: string) => object> = {
	// Claude Code, OpenCode, Gemini
	Bash: plainShell,
	bash: plainShell,
	run_shell_command: plainShell,
	// Codex, depending on the model; the last runs JavaScript, in which tools are functions.
	exec_command: cmd => ({cmd}),
	shell_command: command => ({command}),
	exec: cmd => ({code: `text(await tools.exec_command(${JSON.stringify({cmd})}))`}),
};
