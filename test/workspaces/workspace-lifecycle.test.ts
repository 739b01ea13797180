import test from 'ava';
import {
	type Command,
	commands,
	decide,
	type Decision,
	isSuperseded,
	operationKinds,
	statusAfter,
	type Tail,
	tailOf,
	workspaceStatuses,
} from '../../src/workspaces/workspace-lifecycle.ts';

const tails: Tail[] = ['atRestRunning', 'atRestStopped', 'atRestError', ...operationKinds];

// Each row is one situation, each column one command, as people would tell it.
const table: [Tail, ...Decision[]][] = [
	//                start                 stop                  restart                  rebuild               bootstrap                delete
	['atRestRunning', 'nothingToDo', 'accept', 'accept', 'accept', 'accept', 'accept'],
	['atRestStopped', 'accept', 'nothingToDo', 'WORKSPACE_NOT_RUNNING', 'accept', 'WORKSPACE_NOT_RUNNING', 'accept'],
	['atRestError', 'accept', 'accept', 'accept', 'accept', 'WORKSPACE_NOT_RUNNING', 'accept'],
	['create', 'join', 'preempt', 'accept', 'accept', 'accept', 'preempt'],
	['start', 'join', 'preempt', 'accept', 'accept', 'accept', 'preempt'],
	['stop', 'accept', 'join', 'WORKSPACE_NOT_RUNNING', 'accept', 'WORKSPACE_NOT_RUNNING', 'preempt'],
	['restart', 'join', 'preempt', 'join', 'accept', 'accept', 'preempt'],
	['rebuild', 'join', 'preempt', 'join', 'join', 'accept', 'preempt'],
	['bootstrap', 'nothingToDo', 'preempt', 'accept', 'accept', 'join', 'preempt'],
	['delete', ...(Array.from({length: 5}).fill('WORKSPACE_DELETING') as Decision[]), 'join'],
];

test('every command has a decision in every situation', t => {
	t.deepEqual(
		table.map(([tail]) => tail),
		tails.toSorted((a, b) => table.findIndex(([tail]) => tail === a) - table.findIndex(([tail]) => tail === b)),
	);
	for (const [tail, ...decisions] of table) {
		for (const [index, command] of commands.entries()) {
			t.is(decide(command, tail), decisions[index]!, `${command} when ${tail}`);
		}
	}
});

test('delete is never refused', t => {
	for (const tail of tails) t.true(['accept', 'preempt', 'join'].includes(decide('delete', tail)), tail);
});

test('after a delete is accepted nothing starts the workspace again', t => {
	const others = commands.filter(command => command !== 'delete');
	for (const command of others) t.is(decide(command, 'delete'), 'WORKSPACE_DELETING');
});

test('a delete makes everything queued pointless, a bootstrap nothing', t => {
	const kinds = operationKinds.filter(kind => kind !== 'delete');
	t.true(kinds.every(kind => isSuperseded(kind, 'delete')));
	t.false(operationKinds.some(kind => isSuperseded(kind, 'bootstrap')));
});

test('nothing supersedes a delete', t => {
	t.false(commands.some((command: Command) => isSuperseded('delete', command)));
});

test('the newest operation says where a workspace will be, else its status', t => {
	t.is(tailOf('creating', 'create'), 'create');
	t.is(tailOf('running', 'stop'), 'stop');
	t.is(tailOf('running', null), 'atRestRunning');
	t.is(tailOf('stopped', null), 'atRestStopped');
	t.is(tailOf('error', null), 'atRestError');
	for (const status of workspaceStatuses) t.true(tails.includes(tailOf(status, null)));
});

test('an operation that succeeded leaves the workspace where it was meant to', t => {
	for (const kind of ['create', 'start', 'restart', 'rebuild'] as const)
		t.is(statusAfter(kind, 'succeeded', true), 'running');
	t.is(statusAfter('stop', 'succeeded', false), 'stopped');
});

test('an operation that failed never leaves a workspace called running while its container is not', t => {
	for (const kind of operationKinds) {
		for (const outcome of ['failed', 'cancelled'] as const) t.not(statusAfter(kind, outcome, false), 'running', kind);
	}
});

test('a rebuild that failed leaves the workspace running when the old container runs again', t => {
	t.is(statusAfter('rebuild', 'failed', true), 'running');
	t.is(statusAfter('rebuild', 'failed', false), 'error');
});

test('a cancelled start is stopped, a cancelled create is in error: it has no files', t => {
	t.is(statusAfter('start', 'cancelled', false), 'stopped');
	t.is(statusAfter('create', 'cancelled', false), 'error');
});
