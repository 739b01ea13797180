import type {Texts} from './en.ts';

export const zhTWExplanation: Pick<Texts, 'commands' | 'reasons' | 'explanation' | 'orphans'> = {
	commands: {
		create: '建立',
		start: '啟動',
		stop: '停止',
		restart: '重新啟動',
		rebuild: '重建',
		bootstrap: '重新取出程式碼與設定',
		delete: '刪除',
		cancel: '取消進行中的作業',
	},
	reasons: {
		user: '{{actor}} 要求：{{command}}',
		somebody: '某人',
		autostop: '已有 {{minutes}} 分鐘無人使用',
		ttl: '{{minutes}} 分鐘的存續時間已到',
		drift: '引擎回報的狀態與期望不符',
		exited: '容器自行結束，結束代碼 {{exitCode}}',
		execution: '有工作需要在其中執行',
		restored: '啟動它的工作已執行完畢',
		crashLoop: '容器在修復 {{repairs}} 次後再度自行結束',
	},
	explanation: {
		wanted: {
			running: '期望狀態：執行中。',
			stopped: '期望狀態：已停止。',
			deleted: '期望狀態：已刪除。',
		},
		seen: {
			absent: '沒有容器',
			starting: '容器即將啟動',
			running: '容器執行中',
			stopped: '容器已停止',
			dead: '容器自行結束，結束代碼 {{exitCode}}',
		},
		saw: '引擎自 {{at}} 起回報：{{state}}。',
		sawNothing: '尚未詢問引擎。',
		status: '工作區自 {{since}} 起：{{status}}；最近一次變更的原因：{{reason}}。',
		nextTry: '將於 {{at}} 再試一次。',
		queued: '接下來：{{kind}}。',
		next: {
			start: '將於 {{at}} 重新啟動。',
			stop: '若在此之前無人使用，將於 {{at}} 停止。',
			delete: '存續時間將於 {{at}} 結束，屆時刪除。',
			lease: '{{at}} 之前不會停止：「{{holder}}」讓它保持執行。',
			nothing: '不會再自動發生任何事。',
		},
	},
	orphans: {
		workspaceUnknown: '資料庫中沒有這個工作區。',
		workspaceDeleted: '所屬的工作區已刪除。',
		otherGeneration: '所屬的工作區執行的是另一個容器。',
		seenOnce: '只有一次巡檢看到它。',
		young: '建立未滿十分鐘。',
		filesOfUnknown: '內含未知工作區的檔案，永不移除。',
	},
};
