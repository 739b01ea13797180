import test from 'ava';
import {toAppError, toCommandError} from '../../src/containers/docker/failures.ts';
import {AppError, attemptLimit} from '../../src/errors.ts';

const said = (statusCode: number, message: string) =>
	toAppError({statusCode, message: `(HTTP code ${statusCode}) unexpected - ${message} `});

const table: [number, string, string, object?][] = [
	[404, 'No such image: debian:none', 'IMAGE_NOT_FOUND', {image: 'debian:none'}],
	[400, 'No command specified', 'IMAGE_WITHOUT_COMMAND'],
	[404, 'No such container: abc', 'CONTAINER_NOT_FOUND'],
	[409, 'Container abc is not running', 'CONTAINER_NOT_FOUND'],
	[404, 'network wsm-1 not found', 'NETWORK_NOT_FOUND'],
	[
		409,
		'Conflict. The container name "/wsm-1-1" is already in use by container "f0"',
		'NAME_TAKEN_BY_STRANGER',
		{name: 'wsm-1-1'},
	],
	[409, 'network with name wsm-1 already exists', 'NAME_TAKEN_BY_STRANGER', {name: 'wsm-1'}],
	[403, 'Pool overlaps with other one on this address space', 'ADDRESS_POOL_EXHAUSTED'],
	[500, "no available IPv4 addresses on this network's address pools: wsm-1 (f0)", 'ADDRESS_POOL_EXHAUSTED'],
	[403, 'error while removing network: network wsm-1 id f0 has active endpoints', 'OBJECT_IN_USE'],
	[500, 'driver failed: Bind for 0.0.0.0:80 failed: port is already allocated', 'PORT_TAKEN'],
	[500, 'mkdir /var/lib/docker/x: no space left on device', 'DISK_FULL'],
	[
		400,
		'runc create failed: exec: "nope": executable file not found in $PATH: unknown',
		'COMMAND_NOT_FOUND',
		{command: 'nope'},
	],
	[400, 'Minimum memory limit allowed is 6MB', 'ENGINE_REFUSED', {message: 'Minimum memory limit allowed is 6MB'}],
	[500, 'something\n  broke', 'ENGINE_ERROR', {message: 'something broke'}],
];

for (const [status, message, code, params = {}] of table) {
	test(`"${message.trim()}" is ${code}`, t => {
		const error = said(status, message);
		t.is(error.code, code as AppError['code']);
		t.deepEqual(error.params, params);
	});
}

test('an engine that is not there can be asked again, one that refuses cannot', t => {
	for (const code of ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ENOTFOUND']) {
		const error = toAppError(Object.assign(new Error('connect'), {code}));
		t.is(error.code, 'ENGINE_UNREACHABLE');
		t.deepEqual(error.params, {reason: code});
		t.is(attemptLimit(error.code), null);
	}
	t.is(attemptLimit(said(400, 'Minimum memory limit allowed is 6MB').code), 1);
});

test('an error that has a code keeps it, and a long message is shortened', t => {
	const error = new AppError('DISK_FULL');
	t.is(toAppError(error), error);
	t.is(String(said(500, 'x'.repeat(5000)).params.message).length, 300);
	t.is(toAppError('odd').code, 'ENGINE_ERROR');
});

test('why a command did not run', t => {
	const command = {command: ['nope', '-x'], workdir: '/nowhere'};
	const prefix = 'OCI runtime exec failed: exec failed: unable to start container process: ';
	const cases = [
		[`${prefix}exec: "nope": executable file not found in $PATH: unknown`, 'COMMAND_NOT_FOUND'],
		[`${prefix}exec: "/etc/passwd": permission denied: unknown`, 'COMMAND_NOT_FOUND'],
		[
			`${prefix}chdir to cwd ("/nowhere") set in config.json failed: no such file or directory: unknown`,
			'WORKDIR_NOT_FOUND',
		],
		[`${prefix}Cwd must be an absolute path: unknown`, 'WORKDIR_NOT_FOUND'],
		['cannot allocate memory', 'ENGINE_ERROR'],
	] as const;
	for (const [says, code] of cases) t.is(toCommandError(says, command).code, code);
});
