import test from 'ava';
import {isLastAttempt, toApplicationFailure, toFailure} from '../../activities/failures.ts';
import {AppError} from '../../src/errors.ts';

test('an engine that does not answer is waited for, for ever', t => {
	t.false(isLastAttempt(new AppError('ENGINE_UNREACHABLE'), 1000, false));
});

test('a bad image fails at once', t => t.true(isLastAttempt(new AppError('IMAGE_NOT_FOUND'), 1, false)));

test('what can mend itself gets five attempts', t => {
	t.false(isLastAttempt(new AppError('DISK_FULL'), 4, false));
	t.true(isLastAttempt(new AppError('DISK_FULL'), 5, false));
});

test('a defect of ours gets five attempts, too', t => {
	t.false(isLastAttempt(new TypeError('x'), 4, false));
	t.true(isLastAttempt(new TypeError('x'), 5, false));
});

test('stopping and deleting never give up', t => {
	t.false(isLastAttempt(new AppError('IMAGE_NOT_FOUND'), 1000, true));
	t.false(isLastAttempt(new TypeError('x'), 1000, true));
});

test('a history learns the code of a failure and nothing else', t => {
	const failure = toApplicationFailure(new AppError('ENGINE_ERROR', {message: 'a secret'}), 500);
	t.is(failure.type, 'ENGINE_ERROR');
	t.false(JSON.stringify([failure.message, failure.details, failure.type]).includes('a secret'));
	t.deepEqual(toFailure(new Error('a secret')), {code: 'INTERNAL_ERROR', params: {}});
});
