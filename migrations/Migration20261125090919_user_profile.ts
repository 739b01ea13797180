import {Migration} from '@mikro-orm/migrations';

export class Migration20261125090919_user_profile extends Migration {
	override name = 'Migration20261125090919_user_profile';

	override up(): void | Promise<void> {
		this.addSql(`alter table "user" add "profile" jsonb null;`);
	}
}
