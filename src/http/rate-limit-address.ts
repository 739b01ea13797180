import {isIP, isIPv6} from 'node:net';

/**
 * What requests of nobody are counted by: an IPv4 address, or the 64 bits of an IPv6 address that one customer has to himself. `forwarded` is
 * what proxies said; when that is no address, the one that the connection comes from counts.
 */
export const networkOf = (forwarded: string, connected: string | undefined): string => {
	const [address] = (isIP(forwarded) ? forwarded : (connected ?? '')).split('%');
	const ip = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
	return isIPv6(ip) ? `${firstGroups(ip).join(':')}::/64` : ip;
};

const firstGroups = (ip: string): string[] => {
	// The notation that URLs have: lower case, no zeros in front, no IPv4 at the end.
	const [head = '', tail = ''] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::');
	const groups = (part: string) => (part === '' ? [] : part.split(':'));
	const zeros = 8 - groups(head).length - groups(tail).length;
	return [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail)].slice(0, 4);
};
