import {setTimeout as pause} from 'node:timers/promises';
import {MikroORM} from '@mikro-orm/postgresql';
import {localAdministrator} from './access/actor.ts';
import {isDatabaseAway} from './database-away.ts';
import type {Logger} from './logger.ts';
import {ormOptions} from './mikro-orm.config.ts';
import {Installation} from './targets/installation.entity.ts';
import {User} from './users/user.entity.ts';

/** How long a process waits at its start for the database, and for its migrations. */
const PATIENCE_MS = 60_000;
/** Any number, as long as every process of the product takes the same. */
const MIGRATION_LOCK = 7_203_511;

export interface Database {
	orm: MikroORM;
	/** Who this database is; every engine object carries it. */
	installationId: string;
}

/**
 * Connects, and makes sure that the schema is the one this code knows: the API (`migrate`) brings it up to date, one process at a time; a
 * worker waits until that has happened. A database that is away is waited for, for a minute; any other failure rejects at once.
 */
export const openDatabase = async (
	databaseUrl: string,
	{migrate, log}: {migrate: boolean; log: Logger},
): Promise<Database> => {
	const orm = await MikroORM.init(ormOptions(databaseUrl));
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		try {
			if (migrate) await migrateOnce(orm);
			else if (!(await isMigrated(orm))) throw new MigrationsPending();
			const installationId = await ensureRows(orm);
			return {orm, installationId};
		} catch (error) {
			const comesBack = error instanceof MigrationsPending || isDatabaseAway(error);
			if (!comesBack || Date.now() > deadline) {
				await orm.close(true);
				throw error;
			}
			log.info({reason: error instanceof Error ? error.message : String(error)}, 'waiting for the database');
			await pause(500);
		}
	}
};

export const isMigrated = async (orm: MikroORM): Promise<boolean> => (await orm.migrator.getPending()).length === 0;

const migrateOnce = (orm: MikroORM): Promise<void> =>
	orm.em.fork().transactional(async em => {
		await em.execute('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
		const transaction = em.getTransactionContext();
		await orm.migrator.up(transaction ? {transaction} : {});
	});

class MigrationsPending extends Error {
	override readonly message = 'migrations are pending';
}

/** The rows that the product itself needs. */
const ensureRows = async (orm: MikroORM): Promise<string> => {
	const em = orm.em.fork();
	const [installation] = await em.findAll(Installation);
	if (!installation) throw new Error('The database has no installation id; the first migration makes it.');
	const {id, name, platformRole} = localAdministrator;
	await em.upsert(User, {id, name, platformRole, createdAt: new Date()}, {onConflictAction: 'ignore'});
	return installation.id;
};
