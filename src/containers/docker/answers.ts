import {z} from 'zod';

/** What we read of the engine's answers, and no more: newer engines may add and drop the rest. */
const Labels = z.record(z.string(), z.string()).nullish();

const Networks = z.object({Networks: z.record(z.string(), z.unknown()).nullish()}).nullish();

export const ContainerRow = z.object({
	Id: z.string(),
	Names: z.array(z.string()).nullish(),
	Created: z.number(),
	State: z.string(),
	Status: z.string(),
	Labels,
	NetworkSettings: Networks,
});
export type ContainerRow = z.infer<typeof ContainerRow>;

export const ContainerDetail = z.object({
	Id: z.string(),
	State: z.object({Status: z.string(), OOMKilled: z.boolean(), ExitCode: z.number(), StartedAt: z.string()}),
	Config: z.object({Labels}),
	NetworkSettings: Networks,
});
export type ContainerDetail = z.infer<typeof ContainerDetail>;

export const NetworkRow = z.object({
	Id: z.string(),
	Name: z.string(),
	Created: z.string(),
	Labels,
	IPAM: z.object({Config: z.array(z.object({Subnet: z.string().optional()})).nullish()}).nullish(),
});
export type NetworkRow = z.infer<typeof NetworkRow>;

export const VolumeRow = z.object({Name: z.string(), CreatedAt: z.string().optional(), Labels});

export const VolumeList = z.object({Volumes: z.array(VolumeRow).nullish()});

export const DiskUsage = z.object({
	Containers: z.array(z.object({Labels, SizeRw: z.number().nullish()})).nullish(),
	Volumes: z.array(z.object({Labels, UsageData: z.object({Size: z.number()}).nullish()})).nullish(),
});

export const Created = z.object({Id: z.string()});

export const ExecDetail = z.object({Running: z.boolean(), ExitCode: z.number().nullish(), Pid: z.number().nullish()});

export const EngineInfo = z.object({NCPU: z.number(), MemTotal: z.number()});

export const EngineEvent = z.object({
	time: z.number(),
	Actor: z.object({Attributes: z.record(z.string(), z.string()).nullish()}).nullish(),
});

export const PullEvent = z.object({
	errorDetail: z.object({message: z.string()}).optional(),
	error: z.string().optional(),
});

const Traffic = z.object({rx_bytes: z.number(), tx_bytes: z.number()});

export const Sample = z.object({
	read: z.string(),
	cpu_stats: z.object({cpu_usage: z.object({total_usage: z.number()})}),
	memory_stats: z.object({
		usage: z.number().optional(),
		limit: z.number().optional(),
		stats: z.record(z.string(), z.number()).optional(),
	}),
	pids_stats: z.object({current: z.number().optional(), limit: z.number().optional()}).nullish(),
	networks: z.record(z.string(), Traffic).nullish(),
});
export type Sample = z.infer<typeof Sample>;

/** For calls whose answer says nothing. */
export const Nothing = z.unknown();
