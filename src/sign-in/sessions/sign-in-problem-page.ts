import type {Problem} from '../../http/problem.schema.ts';
import {type Language, translate} from '../../i18n/translate.ts';

/** A problem for somebody whom a browser brought here. It needs nothing but itself: no script, no style, no file. */
export const signInProblemPage = (
	{title, detail, code, requestId}: Problem,
	language: Language,
): string => `<!DOCTYPE html>
<html lang="${language}">
<head>
	<meta charset="utf-8">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<title>${escape(title)}</title>
</head>
<body>
	<h1>${escape(title)}</h1>
	<p>${escape(detail)}</p>
	<p><a href="/auth/login">${escape(translate(language, 'signIn.again'))}</a></p>
	<p><small>${escape(code)} · ${escape(requestId)}</small></p>
</body>
</html>
`;

const entities: Record<string, string> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, character => entities[character]!);
