import {availableParallelism, loadavg} from 'node:os';
import type Dockerode from 'dockerode';

/** What the figures were measured on. */
export interface Machine {
	cores: number;
	memoryGiB: number;
	loadAverage: number[];
	engine: string;
	node: string;
}

/** Asks the machine and its engine. The load is that of the last minute, the last five, and the last fifteen. */
export async function describeMachine(docker: Dockerode): Promise<Machine> {
	const [{Version}, {MemTotal, Driver}] = await Promise.all([docker.version(), docker.info() as Promise<EngineInfo>]);
	return {
		cores: availableParallelism(),
		memoryGiB: Math.round(MemTotal / 2 ** 30),
		loadAverage: loadavg().map(load => Number(load.toFixed(1))),
		engine: `Docker ${Version} (${Driver})`,
		node: process.version,
	};
}

interface EngineInfo {
	MemTotal: number;
	Driver: string;
}

/** The same in one line. */
export const formatMachine = ({cores, memoryGiB, loadAverage, engine, node}: Machine): string =>
	`${cores} cores, ${memoryGiB} GiB, load average ${loadAverage.join(' ')}, ${engine}, Node ${node}`;
