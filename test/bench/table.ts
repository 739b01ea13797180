import {isWithinTarget, type Row} from './row.ts';
import type {Figures} from './statistics.ts';

const header = ['', 'measured', 'floor', 'more than floor', 'target', ''];

/** The rows as a table that a person can read. */
export function formatTable(rows: readonly Row[]): string {
	const cells = [header, ...rows.map(toCells)];
	const widths = header.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)));
	const line = (row: string[]) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd();
	const rule = widths.map(width => '─'.repeat(width)).join('──');
	return [line(header), rule, ...cells.slice(1).map(line)].join('\n');
}

function toCells(row: Row): string[] {
	const more = [
		row.overhead ? `${format(row.overhead, '+')} ${row.unit}` : '',
		row.ratio === undefined ? '' : `× ${row.ratio.toFixed(2)}`,
	];
	const verdict = isWithinTarget(row);
	return [
		row.name,
		`${format(row.measured)} ${row.unit}`,
		row.floor ? `${format(row.floor)} ${row.unit}` : '',
		more.filter(Boolean).join(', '),
		formatTarget(row),
		verdict === null ? '' : verdict ? 'ok' : 'OVER',
	];
}

function formatTarget({target, unit}: Row): string {
	if (!target) return '';
	if (target.of === 'ratio') return `× ≤ ${target.limit}`;
	const limits = Object.entries(target.limits).map(([name, limit]) => `${name} ≤ ${limit}`);
	return `${target.of === 'overhead' ? '+ ' : ''}${limits.join(', ')} ${unit}`;
}

function format(figures: Figures, sign = ''): string {
	return Object.entries(figures)
		.map(([name, value]) => `${name} ${value < 0 ? '' : sign}${round(value)}`)
		.join('  ');
}

const round = (value: number): string =>
	Math.abs(value) < 20 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value));
