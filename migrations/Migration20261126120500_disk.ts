import {Migration} from '@mikro-orm/migrations';

export class Migration20261126120500_disk extends Migration {
	override name = 'Migration20261126120500_disk';

	override up(): void | Promise<void> {
		this.addSql(
			`alter table "workspace" add "disk_mib" int null, add "disk_used_mib" int null, add "disk_measured_at" timestamptz(3) null, add "disk_exceeded_at" timestamptz(3) null;`,
		);
	}
}
