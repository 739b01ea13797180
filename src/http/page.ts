import {z} from 'zod';

const digits = (smallest: number, largest: number, fallback: number) =>
	z.coerce.number().int().min(smallest).max(largest).default(fallback);

// Deeper pages cost the database more than they are worth to anyone: narrow the filter instead.
const deepestPage = 100_000;

/**
 * The schema of a list's query: `page`, `pageSize`, `sort` and the given filters; everything else is refused.
 * `sort` names the allowed keys, the first being the default; a leading `-` in a request turns the order round.
 */
export const listQuery = <const Sort extends readonly [string, ...string[]], Filters extends z.ZodRawShape>(options: {
	sort: Sort;
	filters: Filters;
}) =>
	z.strictObject({
		page: digits(1, deepestPage, 1).meta({description: 'Which page, from 1.', example: 1}),
		pageSize: digits(1, 100, 20).meta({description: 'How many items a page has.', example: 20}),
		sort: z
			.enum(options.sort.flatMap(key => bothWays(key as Sort[number])))
			.default(options.sort[0] as never)
			.meta({description: 'The order; a leading - turns it round.', example: options.sort[0]}),
		...options.filters,
	});

type SortKey<Key extends string> = Key extends `-${infer Plain}` ? Plain : Key;
type Direction<Key extends string> = SortKey<Key> | `-${SortKey<Key>}`;

const bothWays = <Key extends string>(key: Key): [Direction<Key>, Direction<Key>] => {
	const plain = key.replace(/^-/, '') as SortKey<Key>;
	return [plain, `-${plain}`];
};

/** Takes `-createdAt` apart: `{field: 'createdAt', direction: 'desc'}`. */
export const sortOrder = <Sort extends string>(sort: Sort): {field: SortKey<Sort>; direction: 'asc' | 'desc'} => ({
	field: sort.replace(/^-/, '') as SortKey<Sort>,
	direction: sort.startsWith('-') ? 'desc' : 'asc',
});

/** What a page of a list says about the whole. */
export const Pagination = z
	.object({
		page: z.int().meta({description: 'The page that this is, from 1.', example: 1}),
		pageSize: z.int().meta({description: 'The most items that a page has.', example: 20}),
		total: z.int().meta({description: 'How many items there are in all pages.', example: 42}),
	})
	.meta({id: 'Pagination', description: 'Where this page stands.', example: {page: 1, pageSize: 20, total: 42}});

/** The schema of a page of items, for the API document. Give it a name with `.meta({id: 'WorkspacePage', …})`. */
export const Page = <Item extends z.ZodType>(item: Item) =>
	z.object({
		items: z.array(item).meta({description: 'The items of this page.'}),
		pagination: Pagination,
	});

/** The answer to a list request. */
export const toPage = <Item>(items: Item[], query: {page: number; pageSize: number}, total: number) => ({
	items,
	pagination: {page: query.page, pageSize: query.pageSize, total},
});

/** The pattern of `like` for what contains a text, whatever is in that. */
export const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** What a database query needs: `{limit, offset}`. */
export const toWindow = (query: {page: number; pageSize: number}) => ({
	limit: query.pageSize,
	offset: (query.page - 1) * query.pageSize,
});
