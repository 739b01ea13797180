import {labelsFor, type Owner} from '../labels.ts';
import {networkName} from '../names.ts';
import type {Subnet} from './subnet.ts';

/** The description of a workspace's network. The engine keeps bridges apart from each other; nobody else stands on this one. */
export const networkConfig = (owner: Owner, workspaceId: string, {subnet, gateway, container}: Subnet) => ({
	Name: networkName(workspaceId),
	CheckDuplicate: true,
	Driver: 'bridge',
	Internal: false,
	EnableIPv6: false,
	IPAM: {Driver: 'default', Config: [{Subnet: subnet, Gateway: gateway, IPRange: `${container}/32`}]},
	Options: {'com.docker.network.bridge.enable_icc': 'false'},
	Labels: labelsFor(owner, workspaceId),
});
