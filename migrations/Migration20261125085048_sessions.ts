import {Migration} from '@mikro-orm/migrations';

export class Migration20261125085048_sessions extends Migration {
	override name = 'Migration20261125085048_sessions';

	override up(): void | Promise<void> {
		this.addSql(`alter table "user" add "session_generation" int not null default 0;`);
	}
}
