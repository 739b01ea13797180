import {createInstance} from 'i18next';
import {en} from './en.ts';
import {zhTW} from './zh-TW.ts';

export const languages = ['en', 'zh-TW'] as const;
export type Language = (typeof languages)[number];

type Keys<Part> = {
	[Key in keyof Part & string]: Part[Key] extends string ? Key : `${Key}.${Keys<Part[Key]>}`;
}[keyof Part & string];
/** Every text there is, e.g. `errors.WORKSPACE_NOT_FOUND.title`. */
export type TextKey = Keys<typeof en>;
export type ValidationCode = keyof typeof en.validation;
export const validationCodes = Object.keys(en.validation) as ValidationCode[];

export type TextParams = Record<string, string | number | boolean | null | undefined>;

const i18n = createInstance();
await i18n.init({
	resources: {en: {translation: en}, 'zh-TW': {translation: zhTW}},
	fallbackLng: 'en',
	interpolation: {escapeValue: false},
	missingInterpolationHandler: () => '?',
});

/** A text in a language. `params` fill its `{{blanks}}` as they are; a blank without a value reads `?`. */
export const translate = (language: Language, key: TextKey, params: TextParams = {}): string =>
	// `replace` keeps params apart from i18next's own options: a param named `count` or `lng` is a param.
	i18n.t(key, {lng: language, replace: present(params)});

const present = (params: TextParams) =>
	Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null && value !== undefined));
