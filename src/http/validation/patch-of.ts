import {z} from 'zod';

/** What a PATCH of an object with these fields may say. */
export type Patch<Shape> = {[Name in keyof Shape]?: PatchOfField<Shape[Name]>};

type PatchOfField<Field> =
	Field extends z.ZodDefault<infer Inner>
		? PatchOfField<Inner>
		: Field extends z.ZodPrefault<infer Inner>
			? PatchOfField<Inner>
			: Field extends z.ZodNullable<infer Inner>
				? PatchOfField<Inner> | null
				: Field extends z.ZodObject<infer Shape>
					? Patch<Shape>
					: z.output<Field>;

/**
 * The schema of a PATCH, made from the fields of the thing that it changes. Absent means leave and null means clear, in
 * nested objects too: no field has a default, and none is required. Lists, maps and variants are replaced as a whole.
 * An object that names no field is refused with NOTHING_TO_CHANGE.
 */
export const patchOf = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodType<Patch<Shape>> =>
	z
		.strictObject(Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, fieldOf(field).optional()])))
		.refine(input => Object.keys(input).length > 0, {params: {code: 'NOTHING_TO_CHANGE'}})
		.meta({minProperties: 1}) as unknown as z.ZodType<Patch<Shape>>;

const fieldOf = (field: z.core.$ZodType): z.ZodType => {
	if (field instanceof z.ZodDefault || field instanceof z.ZodPrefault || field instanceof z.ZodNullable) {
		const inner = field.def.innerType;
		const patch = fieldOf(inner);
		if (field instanceof z.ZodNullable) return patch === inner ? field : describeLike(patch.nullable(), field);
		return describeLike(patch, field);
	}
	return field instanceof z.ZodObject ? describeLike(patchOf(field.shape), field) : (field as z.ZodType);
};

/** The words of the field; not its id, which names another schema. */
const describeLike = (patch: z.ZodType, field: z.ZodType): z.ZodType => {
	const {id: _id, ...words} = field.meta() ?? {};
	return Object.keys(words).length > 0 ? patch.meta({...patch.meta(), ...words}) : patch;
};

/** `current` with a patch by `patchOf` of the same fields in it. */
export const withPatch = <Current extends object>(shape: z.ZodRawShape, current: Current, patch: object): Current => {
	const before = current as Record<string, unknown>;
	const changes = Object.entries(patch).map(([name, value]) => {
		const inner = objectIn(shape[name]);
		const isMerged = inner !== null && isObject(value) && isObject(before[name]);
		return [name, isMerged ? withPatch(inner, before[name] as object, value) : value];
	});
	return {...current, ...(Object.fromEntries(changes) as Partial<Current>)};
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const objectIn = (field: z.core.$ZodType | undefined): z.ZodRawShape | null => {
	if (field instanceof z.ZodDefault || field instanceof z.ZodPrefault || field instanceof z.ZodNullable)
		return objectIn(field.def.innerType);
	return field instanceof z.ZodObject ? field.shape : null;
};
