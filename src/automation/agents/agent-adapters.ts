import type {Agent, AgentAdapter} from './agent-adapter.ts';
import type {AgentOptions} from './agent-options.schema.ts';
import {claudeCode} from './claude-code.ts';
import {codex} from './codex.ts';
import {gemini} from './gemini.ts';
import {opencode} from './opencode.ts';

export const agentAdapters: Record<Agent, AgentAdapter> = {'claude-code': claudeCode, codex, gemini, opencode};

/** Which of the options an agent cannot honour, as paths of the request: `allowedTools[1]`. None is ever left out silently. */
export const unsupportedOptions = (agent: Agent, options: AgentOptions): string[] =>
	agentAdapters[agent].unsupported(options);
