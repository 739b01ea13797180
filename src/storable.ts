// The gate in front of the database. Text from workspaces, agents, engines and identity providers may hold anything, and nobody can send it back to
// be corrected. What PostgreSQL would refuse is replaced here, once, for all that is written: through entities, native updates and raw SQL. What
// people send is refused long before (`http/validation/unstorable.ts`).
import {type Configuration, type EntityMetadata, types} from '@mikro-orm/core';
import {PostgreSqlDriver, PostgreSqlPlatform} from '@mikro-orm/postgresql';
import {cutText, storableJson, storableText} from './storable-text.ts';

const VARCHAR_LENGTH = 255;
const LARGEST_INT = 2 ** 31 - 1;
const FIRST_DATE = Date.parse('0001-01-01T00:00:00Z');
const LAST_DATE = Date.parse('9999-12-31T23:59:59Z');

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** A text in the length of its column. */
class FittingString extends types.string {
	override convertToDatabaseValue(value: unknown): string {
		return typeof value === 'string' ? cutText(value, this.prop?.length ?? VARCHAR_LENGTH) : (value as string);
	}
}

/** A whole number in the range of its column; what is no number is null, or 0 where null may not be. */
class FittingInteger extends types.integer {
	override convertToDatabaseValue(value: unknown): number | null {
		if (typeof value !== 'number') return value as null;
		if (Number.isNaN(value)) return this.prop?.nullable ? null : 0;
		return clamp(Math.trunc(value), -LARGEST_INT, LARGEST_INT);
	}
}

/** A finite number. */
class FittingDouble extends types.double {
	// MikroORM types what it binds as text; the driver writes the number.
	override convertToDatabaseValue(value: unknown): string {
		if (typeof value !== 'number') return value as string;
		const finite = Number.isNaN(value)
			? this.prop?.nullable
				? null
				: 0
			: clamp(value, -Number.MAX_VALUE, Number.MAX_VALUE);
		return finite as unknown as string;
	}
}

const fitting = new Map<unknown, unknown>([
	[types.string, FittingString],
	[types.integer, FittingInteger],
	[types.double, FittingDouble],
]);

/** Gives the columns of an entity types that make every value fit. For `discovery.onMetadata`. */
export const fitColumns = ({properties}: EntityMetadata): void => {
	for (const property of Object.values(properties)) {
		const type = fitting.get(property.type);
		if (type && !property.version) Object.assign(property, {type});
	}
};

class StorablePlatform extends PostgreSqlPlatform {
	// Every value of every statement comes by here.
	override escape(value: unknown): string {
		return super.escape(typeof value === 'string' ? storableText(value) : value);
	}

	override quoteValue(value: unknown): string {
		return super.quoteValue(isPlain(value) ? storableJson(value) : value);
	}

	override convertJsonToDatabaseValue(value: unknown): unknown {
		return storableJson(value);
	}

	override formatDate(date: Date): string {
		const time = date.getTime();
		return super.formatDate(new Date(Number.isNaN(time) ? 0 : clamp(time, FIRST_DATE, LAST_DATE)));
	}
}

const isPlain = (value: unknown): boolean =>
	typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** PostgreSQL, as it is, behind the gate. */
export class StorableDriver extends PostgreSqlDriver {
	override readonly platform = new StorablePlatform();

	constructor(config: Configuration) {
		super(config);
	}
}
