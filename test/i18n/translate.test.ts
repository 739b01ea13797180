import test from 'ava';
import {en} from '../../src/i18n/en.ts';
import {type TextKey, translate} from '../../src/i18n/translate.ts';
import {zhTW} from '../../src/i18n/zh-TW.ts';

type Tree = {readonly [key: string]: string | Tree};

const leaves = (tree: Tree, path = ''): [string, string][] =>
	Object.entries(tree).flatMap(([key, value]) =>
		typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : leaves(value, `${path}${key}.`),
	);

const english = new Map(leaves(en));
const chinese = new Map(leaves(zhTW));
const blanks = (text: string) =>
	[...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!).toSorted((a, b) => a.localeCompare(b));

test('every text exists in both languages and leaves the same blanks', t => {
	t.deepEqual([...chinese.keys()].toSorted(), [...english.keys()].toSorted());
	for (const [key, text] of english) t.deepEqual(blanks(chinese.get(key)!), blanks(text), key);
});

test('Chinese is Chinese, and written as in Taiwan', t => {
	for (const [key, text] of chinese) {
		t.regex(text, /\p{Script=Han}|^\{\{/u, key);
		t.notRegex(
			text,
			/[这个们请误无应该数据库权网络内录执会对开关闭]|服務器|信息|默認|文件夾|數據|用戶|運行|網絡|內存/u,
			key,
		);
	}
});

test('every key is found', t => {
	for (const [key, text] of english) {
		t.is(
			translate('en', key as TextKey).replaceAll('?', ''),
			text.replaceAll(/\{\{\w+\}\}/g, '').replaceAll('?', ''),
			key,
		);
	}
});

test('params are taken as they are: not as markup, not as options, not as keys', t => {
	const name = '<b> $t(errors.EXITED.title) {{lng}}';
	t.is(
		translate('en', 'errors.WORKSPACE_NAME_TAKEN.detail', {name, lng: 'zh-TW', count: 2, context: 'x'}),
		`There is a workspace named "${name}".`,
	);
	t.is(translate('en', 'errors.EXITED.detail', {exitCode: 0}), 'The container ended by itself with exit code 0.');
	t.is(translate('en', 'errors.EXITED.detail', {exitCode: null}), 'The container ended by itself with exit code ?.');
});
