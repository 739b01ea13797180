import {type AppError, type ErrorParams, type FieldError, isErrorCode} from '../errors.ts';
import {type Language, type TextKey, translate, validationCodes} from '../i18n/translate.ts';
import type {Problem} from './problem.schema.ts';

/** Puts an error into words. */
export const toProblem = (
	error: AppError,
	{language, requestId, instance}: {language: Language; requestId: string; instance: string},
): Problem => ({
	type: `urn:workspace-manager:error:${error.code}`,
	title: translate(language, `errors.${error.code}.title`, error.params),
	status: error.status,
	detail: translate(language, `errors.${error.code}.detail`, error.params),
	instance,
	code: error.code,
	params: error.params,
	requestId,
	...(error.fields ? {errors: error.fields.map(field => inWords(field, error.params, language))} : {}),
});

const inWords = ({path, code, message}: FieldError, params: ErrorParams, language: Language) => ({
	path,
	code,
	message: message ?? translate(language, textOf(code), params),
});

const textOf = (code: string): TextKey => {
	if (isErrorCode(code)) return `errors.${code}.detail`;
	return `validation.${validationCodes.find(known => known === code) ?? 'INVALID'}`;
};
